"""Bodies that are slow, incomplete or of a wrong length, under the real runtime."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.runtime import upstream
from tests.runtime.faults.aborting import until
from tests.strategies import INDEX
from tools import workerd

DEADLINE_S = 2
TIMEOUT_S = 60
LIMIT = 4_000_000
SMALL_LIMIT = 200_000  # a body of three quarters of it is large: it waits for others
LONG_DEADLINE_S = 60
FAILING_LIMITER = """
import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  limit() {
    throw new Error("the limiter failed");
  }
}
"""
COUNTING_LIMITER = """
import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  async limit() {
    await this.env.UPSTREAM.fetch("http://upstream/started");
    return { success: true };
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
    """Three Workers: "embedder", and for bodies that take turns "patient" and "hasty", which have other deadlines."""
    worker = upstream.worker(DEADLINE_S=str(DEADLINE_S), MAX_BODY_BYTES=str(LIMIT))
    patient = upstream.worker(name="patient", DEADLINE_S=str(LONG_DEADLINE_S), MAX_BODY_BYTES=str(SMALL_LIMIT))
    hasty = upstream.worker(name="hasty", DEADLINE_S=str(DEADLINE_S), MAX_BODY_BYTES=str(SMALL_LIMIT))
    hasty.bindings["RATE_LIMITER"] = workerd.service("limiter")
    limiter = workerd.Worker("limiter", workerd.js_worker(COUNTING_LIMITER), {"UPSTREAM": workerd.service("upstream")})
    caller = workerd.Worker("caller", workerd.js_worker(CALLER), {"EMBEDDINGS": workerd.service("embedder")})
    services = [worker, patient, hasty, limiter, caller, workerd.External("upstream", models.address)]
    config = workerd.Config(services, dict.fromkeys(["embedder", "patient", "hasty", "caller"], 0))
    with workerd.serve(config, tmp_path_factory.mktemp("bodies")) as process:
        yield process


def head(path: str, length: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "host: x", "content-type: application/json", f"content-length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def exchange(
    worker: workerd.Process, sent: bytes, *, claimed: int, end: bool, path: str = "/embed"
) -> tuple[int, dict]:
    """Send a part of a body and optionally close the sending side. Return the status and the answer."""
    with socket.create_connection(("127.0.0.1", worker.ports["embedder"]), TIMEOUT_S) as connection:
        connection.sendall(head(path, claimed) + sent)
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


def large(start: str) -> bytes:
    """Return a body that is too large to be in progress together with another one."""
    return json.dumps({"text": f"{start} {'a ' * (SMALL_LIMIT * 3 // 8)}"}).encode()


def post(worker: workerd.Process, name: str, body: bytes) -> requests.Response:
    headers = {"content-type": "application/json"}
    return requests.post(worker.url(name) + "/embed", data=body, headers=headers, timeout=TIMEOUT_S)


def test_large_requests_take_turns_and_small_ones_do_not_wait(worker, models):
    models.calls.clear()
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(post, worker, "patient", large("fault:slowheaders"))
        until(lambda: models.calls["slowheaders"])
        waiting = pool.submit(post, worker, "patient", large("waiting"))
        assert post(worker, "patient", b'{"text":"small"}').status_code == 200
        assert models.calls == {"slowheaders": 1, "": 1}
        models.released.set()
        assert [slow.result().status_code, waiting.result().status_code] == [200, 200]
        models.released.clear()


def test_a_large_request_that_waits_for_others_until_its_deadline_can_be_sent_again(worker, models):
    """The request that waits begins before the one that it waits for, so its deadline comes first."""
    models.calls.clear()
    body = large("late")
    address = ("127.0.0.1", worker.ports["hasty"])
    with ThreadPoolExecutor() as pool, socket.create_connection(address, TIMEOUT_S) as late:
        before = models.hits
        late.sendall(head("/embed", len(body)) + body[:1000])
        until(lambda: models.hits > before)
        slow = pool.submit(post, worker, "hasty", large("fault:slowheaders"))
        until(lambda: models.calls["slowheaders"])
        late.sendall(body[1000:])
        answer = late.recv(65_536).decode().lower()
        assert "429 too many requests" in answer
        assert "retry-after: 1\r\n" in answer
        assert slow.result().status_code == 504
    assert models.calls == {"slowheaders": 1}


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
    limiter = workerd.Worker("limiter", workerd.js_worker(FAILING_LIMITER))
    config = workerd.Config([worker, limiter, workerd.External("upstream", models.address)], {"embedder": 0})
    models.calls.clear()
    with workerd.serve(config, tmp_path) as process:
        answer = requests.post(process.url("embedder") + "/embed", json={"text": "a"}, timeout=TIMEOUT_S)
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
        assert "limiter failed" not in answer.text
        until(lambda: any("the limiter failed" in line for line in list(process.stdout)))
        assert requests.get(process.url("embedder") + "/health", timeout=TIMEOUT_S).status_code == 200
    assert not models.calls
