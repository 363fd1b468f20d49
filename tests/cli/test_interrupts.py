"""Ctrl-C in import, search and doctor: one line, no traceback, and a journal that stays usable."""

import asyncio
import json
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from embedder_cli import interrupts
from tests.cli.fake_service import FakeService, answer

DOCUMENTS = 1500
SCRIPT = """
import signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
print("begins", flush=True)
from embedder_cli.entry import main
main()
"""
SEED = 20_261_124


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps({"id": str(number), "text": "x"}) + "\n" for number in range(DOCUMENTS)))
    return path


def start(*arguments, **options):
    """Start a command, and wait until the interpreter has begun with it: before that, Python prints a traceback."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, *map(str, arguments)], **pipes)
    assert process.stdout.readline() == "begins\n"
    return process


def interrupt(process, times, pause_s=0.0):
    for _ in range(times):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(pause_s)
    printed = "".join(process.communicate(timeout=30))
    assert process.returncode in (130, -signal.SIGINT), printed
    return printed


@pytest.fixture
def hanging(httpserver):
    """A service that does not answer; `arrived` is set by the first request."""
    arrived, free, paths = threading.Event(), threading.Event(), []

    def hang(request):
        paths.append(request.path)
        arrived.set()
        free.wait(60)
        return answer({})

    httpserver.expect_request("").respond_with_handler(hang)
    yield httpserver.url_for("").rstrip("/"), arrived
    free.set()
    while len(httpserver.log) < len(paths):  # otherwise the next test would see these requests
        time.sleep(0.001)


@pytest.mark.parametrize(("name", "times"), [("import", 1), ("search", 1), ("doctor", 1), ("import", 5)])
def test_ctrl_c_while_a_request_waits(hanging, corpus, name, times):
    url, arrived = hanging
    arguments = {"import": [corpus, "--url", url], "search": ["x", "--url", url], "doctor": [url]}[name]
    process = start(name, *arguments)
    assert arrived.wait(30)
    printed = interrupt(process, times)
    assert "Traceback" not in printed
    if times == 1:
        said = {"import": "import: interrupted; run the same command again to continue.\n"}
        assert printed == said.get(name, f"{name}: interrupted.\n")


def test_ctrl_c_while_standard_input_waits(httpserver, tmp_path):
    service = FakeService(httpserver)
    process = start("import", "-", "--url", service.url, stdin=subprocess.PIPE, cwd=tmp_path)
    deadline = time.monotonic() + 30
    while "/index" not in [request.path for request, _ in httpserver.log] and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130, process.stderr.read()
    # a slow machine also prints the progress
    assert process.stderr.read().endswith("import: interrupted; run the same command again to continue.\n")


@pytest.mark.extended
def test_ctrl_c_at_any_moment_leaves_a_usable_journal(httpserver, corpus):
    """Interrupted again and again at random moments, from the start of the process to its end."""
    service = FakeService(httpserver)
    chance = random.Random(SEED)
    options = (corpus, "--url", service.url, "--id-field", "id", "--batch", 5)
    for _ in range(8):
        process = start("import", *options)
        time.sleep(chance.uniform(0, 1.2))
        process.send_signal(signal.SIGINT)
        if chance.random() < 0.5:
            process.send_signal(signal.SIGINT)
        printed = "".join(process.communicate(timeout=30))
        assert "Traceback" not in printed
        assert printed.count("\n") <= 1 or "written (" in printed  # the table of a complete import
    done = start("import", *options)
    printed = "".join(done.communicate(timeout=60))
    assert done.returncode == 0, printed
    assert len(service.stored) == DOCUMENTS


@pytest.fixture
def ctrl_c():
    """Python's own handler, also where the tests were started in the background, which ignores SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_waits_until_the_event_loop_exists(monkeypatch):
    made = []

    def interrupted():
        signal.raise_signal(signal.SIGINT)
        made.append(new_event_loop())
        return made[0]

    new_event_loop = asyncio.events.new_event_loop
    monkeypatch.setattr(asyncio.events, "new_event_loop", interrupted)
    with pytest.raises(KeyboardInterrupt), interrupts.runner():
        pass
    made[0].close()
