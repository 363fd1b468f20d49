"""Bodies that are slow, incomplete or of a wrong length, under the real runtime."""

import json
import socket
from collections.abc import Iterator

import pytest
import requests

from tests.runtime import upstream
from tests.runtime.aborting import until
from tests.strategies import INDEX
from tools import workerd

DEADLINE_S = 2
TIMEOUT_S = 30
LIMIT = 4_000_000
LIMITER = """
import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  limit() {
    throw new Error("the limiter failed");
  }
}
"""
CALLER = """
export default {
  async fetch(request, env) {
    const headers = { "content-type": "application/json" };
    const length = new URL(request.url).searchParams.get("length");
    if (length !== null) headers["content-length"] = length;
    return env.EMBEDDINGS.fetch("http://embedder/embed", { method: "POST", headers, body: request.body });
  },
};
"""


@pytest.fixture(scope="module")
def worker(models: upstream.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[workerd.Process]:
    worker = upstream.worker(DEADLINE_S=str(DEADLINE_S), MAX_BODY_BYTES=str(LIMIT))
    caller = workerd.Worker("caller", workerd.js_worker(CALLER), {"EMBEDDINGS": workerd.service("embedder")})
    services = [worker, caller, workerd.External("upstream", models.address)]
    config = workerd.Config(services, {"embedder": 0, "caller": 0})
    with workerd.serve(config, tmp_path_factory.mktemp("bodies")) as process:
        yield process


def exchange(
    worker: workerd.Process, sent: bytes, *, claimed: int, end: bool, path: str = "/embed"
) -> tuple[int, dict]:
    """Send a part of a body and optionally close the sending side. Return the status and the answer."""
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {claimed}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", worker.ports["embedder"]), TIMEOUT_S) as connection:
        connection.sendall(head.encode() + sent)
        if end:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while not answer.endswith(b"}"):
            part = connection.recv(65_536)
            assert part, answer
            answer += part
    return int(answer.split()[1]), json.loads(answer.partition(b"\r\n\r\n")[2])


def test_rejects_a_body_that_is_too_slow(worker):
    status, answer = exchange(worker, b'{"text":', claimed=1000, end=False)
    assert (status, answer["error"]["code"]) == (408, "request_timeout")
    status, answer = exchange(worker, b'{"vectors":', claimed=1000, end=False, path=f"{INDEX}/upsert")
    assert (status, answer["errors"][0]["message"]) == (408, "The body did not arrive within the deadline.")


def test_rejects_an_incomplete_body(worker):
    status, answer = exchange(worker, b'{"text":"a', claimed=1000, end=True)
    assert (status, answer["error"]["code"]) == (400, "invalid_request")
    status, answer = exchange(worker, b'{"vectors":', claimed=1000, end=True, path=f"{INDEX}/upsert")
    assert (status, "ended early" in answer["errors"][0]["message"]) == (400, True)


def stream(size: int) -> Iterator[bytes]:
    yield b'{"text":"'
    for _ in range(size // 10_000):
        yield b"a" * 10_000
    yield b'"}'


@pytest.mark.parametrize("length", [None, "abc", "10", "-5", "1e3", ""])
def test_a_wrong_content_length_does_not_disable_the_limit(worker, models, length):
    """The runtime does not check the length of requests through a service binding."""
    models.calls.clear()
    params = {} if length is None else {"length": length}
    url = worker.url("caller")
    over = requests.post(url, params=params, data=stream(LIMIT + 100_000), timeout=TIMEOUT_S)
    assert (over.status_code, over.json()["error"]["code"]) == (413, "payload_too_large")
    assert not models.calls
    fits = requests.post(url, params=params, data=stream(20_000), timeout=TIMEOUT_S)
    assert fits.status_code == 200


def test_a_failing_rate_limiter_rejects_requests(models, tmp_path):
    worker = upstream.worker()
    worker.bindings["RATE_LIMITER"] = workerd.service("limiter")
    limiter = workerd.Worker("limiter", workerd.js_worker(LIMITER))
    config = workerd.Config([worker, limiter, workerd.External("upstream", models.address)], {"embedder": 0})
    models.calls.clear()
    with workerd.serve(config, tmp_path) as process:
        answer = requests.post(process.url("embedder") + "/embed", json={"text": "a"}, timeout=TIMEOUT_S)
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
        assert "limiter failed" not in answer.text
        until(lambda: any("the limiter failed" in line for line in list(process.stdout)))
        assert requests.get(process.url("embedder") + "/health", timeout=TIMEOUT_S).status_code == 200
    assert not models.calls
