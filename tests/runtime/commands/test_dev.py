"""`make dev` with the real runtime: what it prints, which variables it reads, and how it ends."""

import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import metadata
from pathlib import Path

import pytest
import requests

from tests.dev import Server
from tests.worker import free_port
from tools import runtime
from tools.runtime import ROOT, bundle, packages, workerd

LIMIT_S = 30


def descendants(pid: int) -> set[int]:
    """Return all descendants of process `pid`."""
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
def checkout(tmp_path):
    """A copy of the checkout whose `.dev.vars` and `wrangler.toml` may change."""
    runtime.prepare()
    for path in ROOT.iterdir():
        if path.name not in (".wrangler", ".dev.vars", ".git", "wrangler.toml"):
            (tmp_path / path.name).symlink_to(path)
    shutil.copy(ROOT / "wrangler.toml", tmp_path)
    return tmp_path


@pytest.fixture
def run(checkout):
    """Start `make dev`; it is stopped at the end if it still runs."""
    started = []

    def start(*options: str, **environment: str) -> Server:
        port = free_port()
        command = [sys.executable, "-m", "tools.dev", "--port", str(port), *options]
        process = subprocess.Popen(
            command,
            cwd=checkout,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return Server(process, port)

    yield start
    for process in started:
        process.terminate()
        process.wait(LIMIT_S)


def send(worker: Server, *numbers: int) -> None:
    """Send signals again and again until the command ends, and wait until all its processes have ended."""
    below = descendants(worker.process.pid)
    deadline = time.monotonic() + LIMIT_S
    for number in itertools.cycle(numbers):
        worker.process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            assert worker.process.wait(0.05) == 0
            break
        assert time.monotonic() < deadline
    while (left := [pid for pid in below if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []
    worker.line_with("Stopped.")
    assert "Traceback" not in "".join(worker.lines)


@pytest.mark.extended
def test_embeds_a_real_readme_and_prints_a_log_line_per_request(run):
    worker = run("--json")
    worker.wait_until_ready()
    readme = metadata("requests").get_payload() or metadata("requests")["description"]
    paragraphs = [part for part in readme.split("\n\n") if part.strip()]
    assert len(paragraphs) > 10
    ids = []
    for start in range(0, len(paragraphs), 100):
        response = worker.post("/embed", {"text": paragraphs[start : start + 100]})
        assert response.json()["shape"] == [len(paragraphs[start : start + 100]), 768]
        ids.append(response.headers["x-request-id"])
    for request_id in ids:
        worker.line_with(request_id)
    assert [line for line in worker.lines if "POST" in line] == [worker.line_with(name) for name in ids]
    send(worker, signal.SIGINT)


def test_prints_a_banner_and_then_readable_lines_and_reads_variables(run, checkout):
    worker = run(MAX_TEXT_TOKENS="9")
    worker.wait_until_ready()
    worker.post("/embed", {"text": ["a", "b"]})
    worker.post("/embed", {"text": []})
    worker.line_with("invalid_request")
    lines = [line for line in worker.lines if "/health" not in line]
    if lines[0].startswith("waiting for another process"):
        del lines[0]  # a test beside this one builds the runtime
    started, *lines = lines
    assert started == "starting the Worker ..."
    assert lines[0] == f"Listening on {worker.url} (API reference: {worker.url}/docs)"
    assert lines[1] == "Vectors come from the lexical emulator, not from EmbeddingGemma."
    assert lines[2:4] == ["Stored vectors are kept in .wrangler/state.", "Press Ctrl-C to stop."]
    assert re.fullmatch(r"[\d:]{8} 200 POST /embed \d+ ms \(2 texts, model \d+ ms\)", lines[4])
    assert re.fullmatch(r"[\d:]{8} 400 POST /embed \d+ ms \(invalid_request\)", lines[5])
    assert len(lines) == 6
    assert inspectors(worker) == []
    check_variables(worker, checkout)
    send(worker, signal.SIGINT, signal.SIGTERM)


def check_variables(worker: Server, checkout: Path) -> None:
    """Check that variables come from the environment, and from .dev.vars, which is read again when it changes."""
    body = {"text": "one two three four five six " * 9, "truncate": "error"}
    assert "limit of 9 tokens" in worker.post("/embed", body).json()["error"]["message"]
    (checkout / ".dev.vars").write_text('AUTH = "on"\nAPI_KEYS = "local:0123456789abcdef"\n')
    deadline = time.monotonic() + LIMIT_S
    while worker.post("/embed", body).status_code != 401 and time.monotonic() < deadline:
        time.sleep(0.1)
    key = {"authorization": "Bearer 0123456789abcdef"}
    assert worker.post("/embed", body).status_code == 401
    assert worker.post("/embed", body, headers=key).status_code == 400


def inspectors(worker: Server) -> list[int]:
    """Return the ports below this command on which V8's inspector answers."""
    ports = {port for pid in descendants(worker.process.pid) for port in listening(pid)}
    assert len(ports) >= 2
    found = []
    for port in ports:
        with contextlib.suppress(requests.RequestException):
            if "webSocketDebuggerUrl" in requests.get(f"http://127.0.0.1:{port}/json/list", timeout=5).text:
                found.append(port)
    return found


def listening(pid: int) -> set[int]:
    """Return the TCP ports on which a process listens."""
    links = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].partition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in inodes}


def test_a_signal_during_the_start_leaves_nothing_behind(run):
    worker = run()
    worker.line_with("starting the Worker ...", within_s=LIMIT_S)
    send(worker, signal.SIGTERM, signal.SIGINT)


def test_an_unreachable_npm_registry_is_named_within_seconds(monkeypatch):
    runtime.prepare()
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/npm/")
    expected = r"^npm can't reach its registry http://127\.0\.0\.1:9/npm/ \(ECONNREFUSED\); check the network"
    with pytest.raises(runtime.RuntimeSetupError, match=expected):
        packages.install_node_modules()


def test_versions_that_do_not_match_are_a_clear_error():
    with pytest.raises(
        runtime.RuntimeSetupError, match=r"^workerd expects pyodide 314\.0\.9, but .* set it to 314\.0\.9\.$"
    ):
        workerd.check_versions("314.0.9", "314.0.6")


def test_a_changed_loader_is_a_clear_error():
    with pytest.raises(bundle.BundleError, match="its pinned version moved"):
        bundle.adapt_loader("async function _createPyodideModule(){}")


def test_the_installed_versions_match():
    runtime.prepare()
    assert workerd.pyodide_expected(workerd.workerd_binary()) == workerd.pyodide_installed()


def test_help_is_short_and_true():
    done = subprocess.run([sys.executable, "-m", "tools.dev", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert "--port" in done.stdout
    assert "--example" in done.stdout
