"""The class of the binding `VECTORIZE`, in front of the emulator, passes the conformance test of the index."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests import local
from tests.core.vectorize.conformance import CHECKS
from tools import workerd
from tools.runtime import ROOT

ENTRY = Path(__file__).parent / "index_worker" / "entry.py"
CONFORMANCE = ROOT / "tests" / "core" / "vectorize" / "conformance.py"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[workerd.Process]:
    own = [workerd.Module(path.name, "pythonModule", path) for path in (ENTRY, CONFORMANCE)]
    modules = [module for module in workerd.python_worker(ROOT / "src") if module.name != "entry.py"]
    worker = workerd.Worker("checked", [*own, *modules], {"VECTORIZE": workerd.vectorize("vectorize")})
    folder = tmp_path_factory.mktemp("index")
    with workerd.serve(local.emulators({"VISIBILITY_DELAY_MS": "0"}, folder), folder) as emulated:
        upstream = workerd.External("vectorize", f"127.0.0.1:{emulated.ports[local.VECTORIZE]}")
        config = workerd.Config([worker, upstream], {"checked": 0})
        with workerd.serve(config, tmp_path_factory.mktemp("checked")) as running:
            yield running


@pytest.mark.parametrize("check", CHECKS)
def test_conformance(process: workerd.Process, check: str) -> None:
    answer = requests.get(f"{process.url('checked')}/{check}", timeout=60)
    assert answer.text == "passed", answer.text
