"""`pywrangler dev` as `make dev` starts it: for what only wrangler has, such as assets, queues and rate limits."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.worker import Worker, free_port
from tools import runtime
from tools.dev import process as dev

START_LIMIT_S = 180


class Server(Worker):
    """A Worker under wrangler, with its process."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self._kept: list[str] = []
        super().__init__(f"http://127.0.0.1:{port}", self._kept)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(ValueError):  # closed while it is read
            for line in self.process.stdout or ():
                self._kept.append(line.rstrip("\n"))

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


@contextmanager
def starting(new_folder: Callable[[], Path]) -> Iterator[Callable[..., Server]]:
    """Yield a function that starts wrangler; all are stopped at the end of the block. See tools/dev/process.py."""
    runtime.prepare()
    started: list[Server] = []

    def start(**options: object) -> Server:
        port = free_port()
        server = Server(dev.start(port, persist_to=str(new_folder()), **options), port)
        started.append(server)
        server.wait_until_ready()
        return server

    try:
        yield start
    finally:
        for server in started:
            dev.stop(server.process)
