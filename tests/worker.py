"""A running Worker, for tests: its address, and the lines that it printed."""

import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import requests

EMBEDDER = Path(sys.executable).with_name("embedder")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Worker:
    """A running Worker. `printed` holds its lines so far, and grows."""

    def __init__(self, url: str, printed: Iterable[str]) -> None:
        self.url = url
        self._printed = printed

    @property
    def lines(self) -> list[str]:
        return list(self._printed)

    def line_with(self, text: str, *, within_s: float = 60) -> str:
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
