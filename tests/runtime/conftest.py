"""The Worker under the real runtime: one `make dev` for the session, another before a real model's vectors."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from standin import lexical
from tools import dev, runtime

START_LIMIT_S = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Worker:
    """A running Worker: its address, a session without keys, and the lines that it printed."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = process
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "\n".join(self.lines)
            try:
                if requests.get(f"{self.url}/health", timeout=START_LIMIT_S).status_code < 500:
                    return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError("the Worker did not start:\n" + "\n".join(self.lines))

    def line_with(self, text: str, *, within_s: float = 10) -> str:
        """Return the line that holds `text`, waiting until it was printed."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if found := [line for line in self.lines if text in line]:
                return found[0]
            time.sleep(0.01)
        raise AssertionError(f"nothing with {text!r} was printed")

    def post(self, path: str, body: object, **options: object) -> requests.Response:
        return requests.post(self.url + path, json=body, timeout=60, **options)

    def send(self, method: str, path: str, **options: object) -> requests.Response:
        return requests.request(method, self.url + path, timeout=60, **options)


@pytest.fixture(scope="session")
def start_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Worker]]:
    """Start a Worker with its stand-ins; every one is stopped at the end of the session."""
    runtime.prepare()
    started: list[Worker] = []

    def start(**options: object) -> Worker:
        port = free_port()
        worker = Worker(dev.start(port, persist_to=str(tmp_path_factory.mktemp("state")), **options), port)
        started.append(worker)
        worker.wait_until_ready()
        return worker

    yield start
    for worker in started:
        dev.stop(worker.process)


@pytest.fixture(scope="session")
def worker(start_worker: Callable[..., Worker]) -> Worker:
    """The Worker with the lexical stand-in."""
    return start_worker()


@pytest.fixture(scope="session")
def model_server(recorded: dict[str, list[float]]) -> Iterator[str]:
    """An OpenAI-compatible server that knows the recorded vectors; other texts get lexical ones."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["content-length"])))["input"]
            data = [
                {"index": i, "embedding": recorded.get(text) or lexical.embed(text)} for i, text in enumerate(texts)
            ]
            body = json.dumps({"object": "list", "data": data}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


@pytest.fixture(scope="session")
def real_model_worker(start_worker: Callable[..., Worker], model_server: str) -> Worker:
    """The Worker in front of the recorded vectors, behind LOCAL_EMBEDDINGS_URL."""
    return start_worker(variables={"LOCAL_EMBEDDINGS_URL": model_server})
