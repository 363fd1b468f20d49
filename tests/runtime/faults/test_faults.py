"""The fault matrix: faults behind the runtime's own AI and Vectorize classes, and the expected errors."""

import itertools
import json
import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.runtime import upstream
from tests.runtime.faults.aborting import until
from tests.strategies import INDEX, VECTOR
from tools import workerd

RUN = "/client/v4/accounts/abc/ai/run/@cf/google/embeddinggemma-300m"
DEADLINE_S = 3
SLACK_S = 8  # for a busy machine
AT_ONCE = 12
CALLERS = itertools.count(1)
KEYS = {f"key-{number}": f"0123456789abcdef-{number}" for number in range(2)}

# fault -> (status, code, calls of the model), the same for every reader
READ = {
    "2018": (503, "upstream_busy", 4),
    "3003": (400, "invalid_request", 1),
    "3006": (413, "payload_too_large", 1),
    "3007": (504, "upstream_timeout", 4),
    "3008": (504, "upstream_timeout", 4),
    "3010": (400, "invalid_request", 1),
    "3023": (502, "upstream_error", 1),
    "3030": (400, "invalid_request", 1),
    "3036": (429, "quota_exhausted", 1),
    "3040": (503, "upstream_busy", 4),
    "3041": (502, "upstream_error", 1),
    "3042": (502, "upstream_error", 1),
    "4006": (429, "quota_exhausted", 1),
    "5004": (400, "invalid_request", 1),
    "5006": (400, "invalid_request", 1),
    "5007": (502, "upstream_error", 1),
    "5016": (502, "upstream_error", 1),
    "5018": (502, "upstream_error", 1),
    "5035": (502, "upstream_error", 1),
    "9999": (502, "upstream_error", 4),
    "html": (502, "upstream_error", 4),
    "html:200": (502, "upstream_invalid", 4),
    "malformed": (502, "upstream_invalid", 1),
    "empty": (502, "upstream_invalid", 1),
    "short": (502, "upstream_invalid", 1),
    "count": (502, "upstream_invalid", 1),
    "zeros": (502, "upstream_invalid", 1),
    "nan": (502, "upstream_invalid", 1),
    "null": (502, "upstream_invalid", 1),
    "reset": (502, "upstream_error", 4),
    "cut": (502, "upstream_error", 4),
    "slowheaders": (504, "upstream_timeout", 1),
    "slowbody": (504, "upstream_timeout", 1),
}

# These take until the deadline, and are therefore sent together.
SLOW = ("slowheaders", "slowbody")


@pytest.fixture(scope="module")
def worker(models: upstream.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[workerd.Process]:
    worker = upstream.worker(DEADLINE_S=str(DEADLINE_S), WAIT_S="1")
    probe = workerd.Worker(
        "probe",
        workerd.js_worker(Path(__file__).parents[1] / "probe.js"),
        {"EMBEDDINGS": workerd.service("embedder")},
    )
    keys = {"AUTH": "on", "API_KEYS": " ".join(f"{name}:{key}" for name, key in KEYS.items())}
    keyed = upstream.worker(name="keyed", AI_GATEWAY="own", AI_GATEWAY_CACHE_TTL_S="60", **keys)
    services = [worker, probe, keyed, workerd.External("upstream", models.address)]
    config = workerd.Config(services, {"embedder": 0, "probe": 0, "keyed": 0})
    with workerd.serve(config, tmp_path_factory.mktemp("faults")) as process:
        yield process


def send(worker: workerd.Process, method: str, path: str, body: object) -> requests.Response:
    # each request has a caller of its own: one caller gets at most half of the memory, and would wait for slow answers
    headers = {"cf-connecting-ip": f"2001:db8:{next(CALLERS):x}::1"}
    url = worker.url("embedder") + path
    return requests.request(method, url, json=body, headers=headers, timeout=DEADLINE_S + SLACK_S)


def openai(text: str, **fields: object) -> dict:
    return {"model": "embeddinggemma-300m", "input": text, **fields}


def rpc_reply(worker: workerd.Process, text: str, **options: object) -> tuple[int, str]:
    call = {"method": "embed", "args": [["fine", text], options]}
    reply = requests.post(worker.url("probe"), json=call, timeout=DEADLINE_S + SLACK_S).json()
    assert "thrown" not in reply
    return reply["answer"]["error"]["status"], reply["answer"]["error"]["code"]


def split(text: str) -> list[str]:
    """Return 250 texts with the fault in the second of three calls."""
    return [*[f"text {number}" for number in range(150)], text, *[f"text {number}" for number in range(99)]]


READERS = {
    "native long": lambda w, t: http_reply(send(w, "POST", "/embed", {"text": [*["fine"] * 30, t]})),
    "native short": lambda w, t: http_reply(send(w, "POST", "/embed", {"text": ["fine", t]})),
    "native 256": lambda w, t: http_reply(send(w, "POST", "/embed", {"text": ["fine", t], "dimensions": 256})),
    "openai float": lambda w, t: http_reply(send(w, "POST", "/v1/embeddings", openai(["fine", t]))),
    "openai base64": lambda w, t: http_reply(
        send(w, "POST", "/v1/embeddings", openai(["fine", t], encoding_format="base64"))
    ),
    "openai split": lambda w, t: http_reply(send(w, "POST", "/v1/embeddings", openai(split(t)))),
    "workers ai": lambda w, t: http_reply(send(w, "POST", RUN, {"text": ["fine", t]})),
    "similarity": lambda w, t: http_reply(send(w, "POST", "/similarity", {"texts": ["fine", t]})),
    "search": lambda w, t: http_reply(send(w, "POST", "/search", {"text": t})),
    "store": lambda w, t: http_reply(send(w, "PUT", "/vectors", {"documents": [{"id": "1", "text": t}]})),
    "rpc array": lambda w, t: rpc_reply(w, t),
    "rpc 512": lambda w, t: rpc_reply(w, t, dimensions=512),
    "rpc float32": lambda w, t: rpc_reply(w, t, format="float32"),
}


def http_reply(response: requests.Response) -> tuple[int, str]:
    body = response.json()
    if "errors" in body:
        assert body["success"] is False
        return response.status_code, str(body["errors"][0]["code"])
    return response.status_code, body["error"]["code"]


def expected(reader: str, fault: str) -> tuple[int, str]:
    status, code, _ = READ[fault]
    if reader == "workers ai":
        number = fault if fault.isdigit() else {"upstream_timeout": "3007"}.get(code, "10000")
        return status, number
    return status, code


def check_faults(worker: workerd.Process, asked: list[tuple[str, str]], at_once: int = AT_ONCE) -> None:
    """Compare the answers of readers to faults with what is expected."""
    with ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(lambda pair: READERS[pair[0]](worker, f"fault:{pair[1]}"), asked))
    assert dict(zip(asked, answers, strict=True)) == {pair: expected(*pair) for pair in asked}


@pytest.mark.parametrize("reader", READERS)
def test_every_fault_has_the_same_error_in_every_dialect(worker, reader):
    check_faults(worker, [(reader, fault) for fault in READ if fault not in SLOW])
    assert requests.get(worker.url("embedder") + "/health", timeout=SLACK_S).status_code == 200


def test_answers_that_are_too_slow_have_the_same_error_in_every_dialect(worker):
    asked = list(itertools.product(READERS, SLOW))
    check_faults(worker, asked, len(asked))


@pytest.mark.parametrize("fault", [fault for fault in READ if fault not in ("slowheaders", "slowbody")])
def test_the_model_is_called_again_only_after_transient_faults(worker, models, fault):
    """Only the last attempt waits for capacity; the others are rejected if the model is busy."""
    key = fault.split(":")[0]
    models.calls[key] = 0
    models.rejecting.clear()
    send(worker, "POST", "/v1/embeddings", openai([f"fault:{fault}"]))
    calls = READ[fault][2]
    assert models.calls[key] == calls
    assert models.rejecting == [True, True, True, False][:calls]


VECTORIZE = {
    "40012": (400, "invalid_request"),
    "40041": (503, "upstream_busy"),
    "50000": (502, "upstream_error"),
    "html": (502, "upstream_error"),
    "malformed": (502, "upstream_error"),
    "empty": (502, "upstream_error"),
    "reset": (502, "upstream_error"),
    "slowheaders": (504, "upstream_timeout"),
    "slowbody": (504, "upstream_timeout"),
}


@pytest.mark.parametrize("fault", VECTORIZE)
def test_every_fault_of_vectorize_has_its_error(worker, fault):
    name = f"fault:{fault}"
    calls = [
        ("PUT", "/vectors", {"documents": [{"id": name, "text": "a"}]}),
        ("POST", "/search", {"text": "a", "namespace": name}),
        ("POST", f"{INDEX}/upsert", {"vectors": [{"id": name, "values": VECTOR}]}),
    ]
    with ThreadPoolExecutor(len(calls)) as pool:
        stored, found, raw = pool.map(lambda call: send(worker, *call), calls)
    assert [http_reply(stored), http_reply(found)] == [VECTORIZE[fault]] * 2
    assert (raw.status_code, raw.json()["success"]) == (VECTORIZE[fault][0], False)


def test_the_isolate_still_answers(worker):
    assert send(worker, "POST", "/embed", {"text": ["a", "b"]}).json()["shape"] == [2, 768]


def abort(port: int, body: dict, calls: Callable[[], int]) -> None:
    """Send a request, wait until the model is called, and reset the connection."""
    content, before = json.dumps(body).encode(), calls()
    head = "POST /v1/embeddings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
        until(lambda: calls() > before)


def wait_until_aborted(models: upstream.Server, before: int) -> None:
    """Wait until the connection to the model is closed, long before the model would answer."""
    for _ in range(100):
        if models.gone["slowbody"] > before:
            return
        models.released.wait(0.05)
    raise AssertionError("the call of the model was not aborted")


def test_a_connection_reset_aborts_the_call(worker, models):
    """The log line distinguishes this from an exceeded deadline."""
    before, lines = models.gone["slowbody"], len(worker.stdout)
    abort(worker.ports["embedder"], openai(["fault:slowbody"]), lambda: models.calls["slowbody"])
    wait_until_aborted(models, before)
    until(lambda: any('"client_disconnected"' in line for line in list(worker.stdout)[lines:]))


def test_the_deadline_aborts_the_call(worker, models):
    before = models.gone["slowbody"]
    assert http_reply(send(worker, "POST", "/v1/embeddings", openai(["fault:slowbody"])))[0] == 504
    wait_until_aborted(models, before)


def test_a_failed_call_aborts_the_others_of_its_batch(worker, models):
    before = models.gone["slowbody"]
    texts = ["fault:slowbody", *["fine"] * 99, "fault:5006"]
    assert http_reply(send(worker, "POST", "/v1/embeddings", openai(texts))) == (400, "invalid_request")
    wait_until_aborted(models, before)


def test_calls_of_two_keys_at_once_share_no_labels_of_calls(worker, models):
    """The runtime's class keeps the options of the last call, so calls that overlap could mix them up."""

    def call(number: int) -> int:
        name = f"key-{number % 2}"
        headers = {"authorization": f"Bearer {KEYS[name]}", "cf-aig-gateway-id": "" if number % 3 else "other"}
        url = f"{worker.url('keyed')}{RUN}"
        return requests.post(url, json={"text": [f"{name} {number}"]}, headers=headers, timeout=30).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(call, range(48))) == {200}
    for number in range(48):
        name = f"key-{number % 2}"
        options = models.options[f"{name} {number}"]
        gateway = {"id": "own", "cacheTtl": 60} if number % 3 else {"id": "other"}
        assert options["tags"] == [f"key:{name}"]
        assert options["gateway"] == {**gateway, "collectLog": False, "metadata": {"key": name}}
        assert KEYS[name] not in json.dumps(options)
