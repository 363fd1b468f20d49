"""Requests and answers that are made to hurt: nested deeply, over the real binding classes. The isolate survives."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from embedder.settings import MAX_JSON_DEPTH, MAX_JSON_VALUES
from tests.runtime import upstream
from tests.runtime.limits import memory
from tests.strategies import DEPTHS, arrays, objects, place
from tools import workerd
from tools.runtime import ROOT

NESTED = ["metadata", "filter", "store", "text", "unknown", "ids"]
TIMEOUT_S = 30


@contextmanager
def serve(worker: workerd.Worker, models: upstream.Server, folder: Path) -> Iterator[workerd.Process]:
    """Serve our Worker, and another one that calls it."""
    source = (Path(__file__).parents[1] / "probe.js").read_text()
    probe = workerd.Worker("probe", workerd.js_worker(source), {"EMBEDDINGS": workerd.service("embedder")})
    config = workerd.Config([worker, probe, workerd.External("upstream", models.address)], {"embedder": 0, "probe": 0})
    with workerd.serve(config, folder) as process:
        yield process


@pytest.fixture(scope="module")
def worker(models: upstream.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[workerd.Process]:
    with serve(upstream.worker(DEADLINE_S="5"), models, tmp_path_factory.mktemp("hostile")) as process:
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


@pytest.mark.parametrize("nested", [arrays, objects])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", NESTED)
def test_a_body_that_is_nested_too_deeply_is_rejected(worker, name, depth, nested):
    status, code, message = send(worker, *place(name, nested(depth)))
    assert (status, code) == (400, "invalid_json")
    assert str(MAX_JSON_DEPTH) in message


@pytest.mark.parametrize("value", ["[]", "{}", "7", '"a"'])
@pytest.mark.parametrize("name", NESTED)
def test_a_body_of_too_many_values_is_rejected(worker, models, name, value):
    """Each value of two bytes would take up to 70 bytes of memory, for good."""
    models.calls.clear()
    status, code, message = send(worker, *place(name, f"[{','.join([value] * MAX_JSON_VALUES)}, 1]".encode()))
    assert (status, code, f"{MAX_JSON_VALUES:,}" in message) == (413, "payload_too_large", True)
    assert not models.calls


def test_a_call_of_another_worker_with_too_many_values_is_rejected(worker):
    error = rpc(worker, "embed", "a", {"store": {"ids": ["1"], "metadata": {"x": [0] * (MAX_JSON_VALUES + 1)}}})[
        "error"
    ]
    assert (error["code"], error["status"]) == ("payload_too_large", 413)


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


# what another Worker may pass -> the code of the answer where it is never right
ODD = {
    "nested 60": ({"odd": "nested", "depth": 60}, None),
    "nested 100": ({"odd": "nested", "depth": 100}, "invalid_request"),
    "nested 3000": ({"odd": "nested", "depth": 3000}, "invalid_request"),
    "holes": ({"odd": "holes", "length": 50}, None),
    "many holes": ({"odd": "holes", "length": 50_000_000}, "payload_too_large"),
    "references": ({"odd": "references"}, "payload_too_large"),
    "cyclic": ({"odd": "cyclic"}, "invalid_request"),
    "cyclic array": ({"odd": "cyclicArray"}, "invalid_request"),
    "date": ({"odd": "date"}, None),
    "invalid date": ({"odd": "invalidDate"}, "invalid_request"),
    "map": ({"odd": "map"}, "invalid_request"),
    "map with object keys": ({"odd": "mapWithObjectKeys"}, "invalid_request"),
    "constructor": ({"odd": "constructorKey"}, None),
    "bytes": ({"odd": "bytes"}, "invalid_request"),
    "bigint": ({"odd": "bigint"}, "invalid_request"),
    "callback": ({"odd": "callback"}, "invalid_request"),
    "response": ({"odd": "response"}, "invalid_request"),
    "surrogate": ({"odd": "surrogate"}, "invalid_request"),
}


SIGNATURES = """
from js import Response
from pyodide.code import _relaxed_call_sig_cached as signatures

from entry import LISTED, METHODS, Default

async def fetch(request):
    if request.url.endswith("/signatures"):
        return Response.new(str(signatures.cache_info().currsize))
    return await LISTED["fetch"](request)

METHODS["fetch"] = fetch
"""


def rpc(worker: workerd.Process, method: str, *args: object) -> dict:
    """Return the answer that another Worker gets; an exception there is a failure of the test."""
    call = {"method": method, "args": args}
    said = requests.post(worker.url("probe"), json=call, timeout=TIMEOUT_S).json()
    assert "thrown" not in said, said
    return said["answer"]


@pytest.mark.parametrize("name", ODD)
def test_any_argument_of_another_worker_is_answered(worker, models, name):
    value, code = ODD[name]
    models.calls.clear()
    documents = [{"id": "1", "text": "a", "metadata": {"x": value}}]
    for method, args in (("upsert", [documents]), ("search", ["a", {"filter": {"x": value}}]), ("embed", [value])):
        answer = rpc(worker, method, *args)
        if code or not answer["ok"]:
            assert answer["error"]["code"] == (code or "invalid_request")
    assert not (code and models.calls)


@pytest.mark.extended
def test_a_runtime_that_converts_arguments_first_is_served_too(models, tmp_path):
    """As if the runtime did not take its converter from the package `workers`."""
    lines = ["import workers", "convert = workers.python_from_rpc", "import entry", "workers.python_from_rpc = convert"]
    main = workerd.Module("main.py", "pythonModule", "\n".join([*lines, "Default = entry.Default"]))
    with serve(upstream.worker([main, *workerd.python_worker(ROOT / "src")]), models, tmp_path) as process:
        answer = rpc(process, "embed", ["a", "b"], {"dimensions": 256, "title": None})
        assert (answer["ok"], answer["shape"]) == (True, [2, 256])
        assert rpc(process, "embed", {"odd": "nested", "depth": 100})["error"]["code"] == "invalid_request"
        assert requests.get(process.url("embedder") + "/health", timeout=TIMEOUT_S).status_code == 200


@pytest.mark.extended
def test_no_request_is_kept_with_the_signature_of_its_handler(models, tmp_path):
    """The runtime caches the signature of `fetch` with the method, and so with the object of a bound method."""
    main = workerd.Module("main.py", "pythonModule", SIGNATURES)
    with serve(upstream.worker([main, *workerd.python_worker(ROOT / "src")]), models, tmp_path) as process:
        for _ in range(3):
            assert requests.post(process.url("embedder") + "/embed", json={"text": "a"}, timeout=TIMEOUT_S).ok
        assert requests.get(process.url("embedder") + "/signatures", timeout=TIMEOUT_S).text == "1"


def test_without_workers_ai_the_error_says_what_to_add(models, tmp_path):
    worker = upstream.worker()
    del worker.bindings["AI"]
    with serve(worker, models, tmp_path) as process:
        error = rpc(process, "embed", "a")["error"]
        assert (error["code"], error["status"]) == ("ai_not_configured", 501)
        assert "[ai]" in error["message"]
        assert send(process, "POST", "/embed", b'{"text":"a"}') == (501, error["code"], error["message"])
        assert rpc(process, "describe")["ok"] is True


@pytest.mark.parametrize("text", ["\ufeff\N{GRINNING FACE} a", "字", "é\0"])
def test_a_long_text_of_another_worker_arrives_unchanged(worker, models, text):
    models.options.clear()
    answer = rpc(worker, "embed", {"odd": "repeated", "text": text, "count": 12_000})
    assert answer["ok"] is True
    [sent] = models.options
    assert sent.endswith(text * 12_000)


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ({"odd": "repeated", "text": "\1", "count": 4_000_000}, "payload_too_large"),  # 24 MB in JSON
        ({"odd": "repeated", "text": "字", "count": 15_000_000}, "payload_too_large"),
        ({"odd": "repeated", "text": "\ud800", "count": 4_000_000}, "invalid_request"),
        ({"odd": "many", "count": 50_000}, "invalid_request"),
    ],
)
def test_arguments_that_are_too_large_are_not_copied(worker, argument, code):
    """Texts went through Python's converter, one character at a time: 600 MiB, and a block of 1.3 s."""
    with memory.Watch(worker.pid) as watch:
        assert rpc(worker, "embed", argument)["error"]["code"] == code
    assert watch.grown_mib < 250
