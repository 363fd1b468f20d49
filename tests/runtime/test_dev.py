"""`make dev`, as a newcomer uses it: it serves, says one line a request, and leaves nothing behind."""

import signal
import subprocess
import time
from importlib.metadata import metadata
from pathlib import Path

import pytest

from embedder_cli import bundle, runtime
from embedder_cli.runtime import ROOT
from tests.worker import EMBEDDER, Worker, free_port

LIMIT_S = 30


def descendants(pid: int) -> set[int]:
    """All processes below `pid`, by the parents that the system names."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def started(tmp_path):
    runtime.prepare()
    port = free_port()
    command = [str(EMBEDDER), "dev", "--port", str(port), "--persist-to", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    yield Worker(process, port)
    if process.poll() is None:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_embeds_a_readme_and_stops_without_a_trace(started, number):
    started.wait_until_ready()
    readme = metadata("requests").get_payload() or metadata("requests")["description"]
    paragraphs = [part for part in readme.split("\n\n") if part.strip()]
    assert len(paragraphs) > 10
    ids = []
    for start in range(0, len(paragraphs), 100):
        response = started.post("/embed", {"text": paragraphs[start : start + 100]})
        assert response.json()["shape"] == [len(paragraphs[start : start + 100]), 768]
        ids.append(response.headers["x-request-id"])
    for request_id in ids:
        started.line_with(request_id)
    assert [line for line in started.lines if "POST" in line] == [started.line_with(name) for name in ids]

    below = descendants(started.process.pid)
    assert len(below) >= 3
    started.process.send_signal(number)
    assert started.process.wait(LIMIT_S) == 0
    deadline = time.monotonic() + LIMIT_S
    while (left := [pid for pid in below if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def test_a_pin_that_moved_alone_is_one_clear_sentence():
    with pytest.raises(
        runtime.RuntimeSetupError, match=r"^workerd expects pyodide 314\.0\.9, but .* set it to 314\.0\.9\.$"
    ):
        runtime.check_versions("314.0.9", "314.0.6")


def test_a_loader_that_changed_is_one_clear_sentence():
    with pytest.raises(bundle.BundleError, match="its pinned version moved"):
        bundle.adapt_loader("async function _createPyodideModule(){}")


def test_the_installed_versions_fit_each_other():
    runtime.prepare()
    assert runtime.pyodide_expected(runtime.workerd_binary()) == runtime.pyodide_installed()


def test_help_is_short_and_true():
    done = subprocess.run([str(EMBEDDER), "dev", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert "--port" in done.stdout
    assert "--example" in done.stdout
