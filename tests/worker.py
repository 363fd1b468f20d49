"""A running Worker with the local emulator, for tests."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

START_LIMIT_S = 120
EMBEDDER = Path(sys.executable).with_name("embedder")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Worker:
    """A running Worker: its address and the lines that it printed."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = process
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(ValueError):  # closed while it is read
            for line in self.process.stdout:
                self.lines.append(line.rstrip("\n"))

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "\n".join(self.lines)
            try:
                answer = requests.get(f"{self.url}/health", timeout=START_LIMIT_S)
                if answer.status_code < 500 or "x-request-id" in answer.headers:
                    return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError("the Worker did not start:\n" + "\n".join(self.lines))

    def line_with(self, text: str, *, within_s: float = 10) -> str:
        """Wait until a line with `text` is printed, and return it."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if found := [line for line in self.lines if text in line]:
                return found[0]
            time.sleep(0.01)
        raise AssertionError(f"no line with {text!r} was printed")

    def post(self, path: str, body: object, **options: object) -> requests.Response:
        return requests.post(self.url + path, json=body, timeout=60, **options)

    def send(self, method: str, path: str, **options: object) -> requests.Response:
        return requests.request(method, self.url + path, timeout=60, **options)
