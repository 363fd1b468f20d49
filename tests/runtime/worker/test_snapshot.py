"""The snapshot that Cloudflare takes at deploy, after the top-level code of a Worker has run."""

from collections.abc import Iterator

import pytest
import requests

from embedder.settings import MODEL
from emulator import lexical
from tests.runtime import upstream
from tests.runtime.worker import small_worker
from tests.runtime.worker.test_javascript_module import FILES
from tools import workerd
from tools.runtime import ROOT

TEXTS = ["first", "second"]
REJECTED = {
    "typed array": "kept = js.Uint8Array.new(4)",
    "object": "kept = js.JSON.parse('{}')",
    "bound function": "kept = js.queueMicrotask.bind(js.globalThis)",
    "proxy": "kept = create_proxy(print)",
}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[workerd.Process]:
    """The Worker of src/, started from its snapshot."""
    with upstream.serve() as models:
        bindings = {"AI": workerd.ai("upstream"), "AUTH": workerd.text("off")}
        embedder = workerd.Worker("embedder", workerd.python_worker(ROOT / "src"), bindings)
        config = workerd.Config([embedder, workerd.External("upstream", models.address)], {"embedder": 0})
        folder = tmp_path_factory.mktemp("snapshot")
        with workerd.serve(config, folder, snapshot=workerd.save_snapshot(config, folder)) as process:
            yield process


def get(process: workerd.Process, name: str, path: str = "/") -> requests.Response:
    return requests.get(process.url(name) + path, timeout=60)


def test_the_worker_starts_from_its_snapshot(worker):
    answer = get(worker, "embedder", "/health")
    assert (answer.status_code, answer.json()) == (200, {"model": MODEL, "auth": False, "status": "ok"})


def test_the_worker_embeds_after_a_start_from_its_snapshot(worker):
    answer = requests.post(worker.url("embedder") + "/embed", json={"text": TEXTS}, timeout=60)
    assert answer.status_code == 200
    assert answer.json() == {"shape": [2, 768], "data": [lexical.embed(text) for text in TEXTS]}


def test_the_snapshot_contains_the_effects_of_top_level_code(tmp_path):
    runs = ["import os", "os.environ['RUNS'] = os.environ.get('RUNS', '') + 'x'", "print('top level')"]
    config = small_worker.config(tmp_path, {"entry.py": small_worker.entry(*runs, answer="os.environ['RUNS']")})
    with workerd.serve(config, tmp_path, snapshot=workerd.save_snapshot(config, tmp_path)) as process:
        assert get(process, small_worker.NAME).text == "x"
        assert "top level" not in process.said()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(line, id=name, marks=[] if name == "proxy" else [pytest.mark.extended])
        for name, line in REJECTED.items()
    ],
)
def test_rejects_a_javascript_value_at_the_top_level(line, tmp_path):
    lines = ["import js", "from pyodide.ffi import create_proxy", line]
    config = small_worker.config(tmp_path, {"entry.py": small_worker.entry(*lines)})
    with pytest.raises(workerd.WorkerdError, match="Can't serialize top-level variable"):
        workerd.save_snapshot(config, tmp_path)


def test_accepts_a_javascript_module_at_the_top_level(tmp_path):
    config = small_worker.config(tmp_path, FILES)
    with workerd.serve(config, tmp_path, snapshot=workerd.save_snapshot(config, tmp_path)) as process:
        assert get(process, small_worker.NAME).text == "5"
