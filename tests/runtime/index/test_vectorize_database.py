"""The database of the Vectorize emulator in the runtime passes the same conformance test as the plain one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.emulator.conformance import CHECKS
from tools import workerd
from tools.runtime import ROOT

ENTRY = Path(__file__).parent / "database_worker" / "entry.py"
CONFORMANCE = ROOT / "tests" / "emulator" / "conformance.py"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[workerd.Process]:
    local = [module for module in workerd.python_worker(ROOT / "local" / "src") if module.name != "entry.py"]
    own = [workerd.Module(path.name, "pythonModule", path) for path in (ENTRY, CONFORMANCE)]
    bindings = {"CHECKED": workerd.namespace("Checked")}
    worker = workerd.Worker("checked", [*own, *local], bindings, durable_objects=["Checked"], storage="disk")
    folder = tmp_path_factory.mktemp("database")
    config = workerd.Config([workerd.Disk("disk", folder), worker], {"checked": 0})
    with workerd.serve(config, folder) as running:
        yield running


@pytest.mark.parametrize("check", CHECKS)
def test_conformance(process, check):
    answer = requests.get(f"{process.url('checked')}/{check}", timeout=60)
    assert answer.text == "passed", answer.text
