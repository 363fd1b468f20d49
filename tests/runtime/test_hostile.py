"""Requests and answers that are made to hurt: nested deeply, over the real binding classes. The isolate survives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.runtime import upstream
from tools import workerd

LIMIT = 64
DEPTHS = [LIMIT + 1, 1_200, 3_000, 20_000, 200_000]
TIMEOUT_S = 30


@pytest.fixture(scope="module")
def worker(models: upstream.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[workerd.Process]:
    worker = upstream.worker(DEADLINE_S="5")
    source = (Path(__file__).parent / "probe" / "src" / "index.js").read_text()
    probe = workerd.Worker("probe", workerd.js_worker(source), {"EMBEDDINGS": workerd.service("embedder")})
    config = workerd.Config([worker, probe, workerd.External("upstream", models.address)], {"embedder": 0, "probe": 0})
    with workerd.serve(config, tmp_path_factory.mktemp("hostile")) as process:
        yield process


@pytest.fixture(autouse=True)
def _survives(worker: workerd.Process) -> Iterator[None]:
    """After every test the same isolate still answers, and nothing fatal was printed."""
    yield
    answer = requests.post(worker.url("embedder") + "/embed", json={"text": "fine"}, timeout=TIMEOUT_S)
    assert answer.json()["shape"] == [1, 768]
    assert "fatal" not in worker.said().lower()


def send(worker: workerd.Process, method: str, path: str, body: bytes) -> tuple[int, str, str]:
    headers = {"content-type": "application/json"}
    answer = requests.request(method, worker.url("embedder") + path, data=body, headers=headers, timeout=TIMEOUT_S)
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]


def arrays(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def objects(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


PLACES = {
    "metadata": ("PUT", "/vectors", b'{"documents":[{"id":"1","text":"a","metadata":{"x":%b}}]}'),
    "filter": ("POST", "/search", b'{"text":"a","filter":{"x":%b}}'),
    "store": ("POST", "/embed", b'{"text":["a"],"store":{"ids":["1"],"metadata":{"x":%b}}}'),
    "text": ("POST", "/embed", b'{"text":%b}'),
    "unknown": ("POST", "/v1/embeddings", b'{"unknown":%b}'),
    "ids": ("DELETE", "/vectors", b'{"ids":%b}'),
}


@pytest.mark.parametrize("nested", [arrays, objects])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("place", PLACES)
def test_a_body_that_is_nested_too_deeply_is_rejected(worker, place, depth, nested):
    method, path, body = PLACES[place]
    status, code, message = send(worker, method, path, body % nested(depth))
    assert (status, code) == (400, "invalid_json")
    assert str(LIMIT) in message


def test_a_body_that_ends_inside_its_brackets_is_rejected_too(worker):
    for body in (b"[" * 100_000, b'{"text":' * 50_000, b'{"text":"' + b"[" * 1000, b'{"text":["\\'):
        assert send(worker, "POST", "/embed", body)[:2] == (400, "invalid_json")


def test_brackets_in_strings_are_text(worker):
    text = '[{"' * 100 + "\\" * 3 + '"'
    answer = requests.post(worker.url("embedder") + "/embed", json={"text": [text, "]" * 500]}, timeout=TIMEOUT_S)
    assert answer.json()["shape"] == [2, 768]


@pytest.mark.parametrize("kind", ["nested-error", "nested-errors"])
def test_an_error_of_the_model_that_is_nested_too_deeply_is_an_error_of_the_model(worker, kind):
    answer = requests.post(worker.url("embedder") + "/embed", json={"text": f"fault:{kind}"}, timeout=TIMEOUT_S)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_error")


def test_an_answer_of_vectorize_that_is_nested_too_deeply_is_invalid(worker):
    body = {"text": "a", "namespace": "fault:nested"}
    answer = requests.post(worker.url("embedder") + "/search", json=body, timeout=TIMEOUT_S)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_invalid")


ANSWERED = {
    "nested 60": {"odd": "nested", "depth": 60},
    "nested 100": {"odd": "nested", "depth": 100},
    "nested 900": {"odd": "nested", "depth": 900},
    "holes": {"odd": "holes"},
}
# The runtime converts arguments before the code of the Worker runs, and throws for these.
THROWN = {
    "nested 3000": {"odd": "nested", "depth": 3000},
    "cyclic": {"odd": "cyclic"},
    "cyclic array": {"odd": "cyclicArray"},
    "invalid date": {"odd": "invalidDate"},
    "map with object keys": {"odd": "mapWithObjectKeys"},
    "constructor": {"odd": "constructorKey"},
}


def rpc(worker: workerd.Process, value: object) -> Iterator[dict]:
    """Pass `value` in three places, and yield what the caller sees."""
    documents = [{"id": "1", "text": "a", "metadata": {"x": value}}]
    for method, args in (("upsert", [documents]), ("search", ["a", {"filter": {"x": value}}]), ("embed", [value])):
        call = {"method": method, "args": args}
        yield requests.post(worker.url("probe"), json=call, timeout=TIMEOUT_S).json()


@pytest.mark.parametrize("name", ANSWERED)
def test_arguments_of_other_workers_are_answered(worker, name):
    for said in rpc(worker, ANSWERED[name]):
        assert "thrown" not in said, said
        answer = said["answer"]
        assert answer["ok"] is True or answer["error"]["status"] in (400, 413), answer


@pytest.mark.parametrize("name", THROWN)
def test_arguments_that_the_runtime_cannot_convert_hurt_their_caller_alone(worker, name):
    for said in rpc(worker, THROWN[name]):
        assert "thrown" in said or said["answer"]["error"]["code"] == "invalid_request", said
