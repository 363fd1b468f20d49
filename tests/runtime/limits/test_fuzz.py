"""What `tests/core/test_fuzz.py` sends to the core, sent to the built Worker: its stack and its memory are others.

`make fuzz` runs both with a larger budget.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.measures.memory import MIB
from benchmarks.subjects.contenders import measured_modules
from embedder import rpc
from embedder.errors import STATUS
from tests import strategies
from tests.runtime import upstream
from tests.runtime.faults import aborting
from tests.runtime.limits.test_bodies import CALLER
from tests.strategies import FRAGMENTS, PLACES, VALID, Sent, place
from tools import workerd

TIMEOUT_S = 60
SPARE_MIB = 8.0  # the heap grows in steps of 6 MiB
PROBE = Path(__file__).parents[1] / "probe.js"
LENGTHS = ["", "0", "1", "10", "-1", "-0", "+5", "1e3", "0x10", " 7 ", "7, 7", "9" * 400, "NaN", "é", "none"]
# what only another Worker can pass; the probe makes it
ODD = [
    *({"odd": kind} for kind in ("undefined", "date", "invalidDate", "bytes", "map", "mapWithObjectKeys", "callback")),
    *({"odd": kind} for kind in ("surrogate", "nan", "bigint", "response", "references", "constructorKey")),
    *({"odd": kind} for kind in ("cyclic", "cyclicArray")),
    *({"odd": "nested", "depth": depth} for depth in (60, 61, 62, 63, 64, 65, 1_000, 3_000)),
    *({"odd": "holes", "length": length} for length in (3, 101, 100_000, 50_000_000)),
]
arguments = st.lists(
    st.recursive(
        strategies.scalars | st.sampled_from(ODD),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strategies.names, inner, max_size=4),
        max_leaves=8,
    ),
    max_size=4,
)


class Client:
    """Sends to the Worker, and checks every answer."""

    def __init__(self, process: workerd.Process, models: upstream.Server, http: httpx.Client) -> None:
        self.process = process
        self.models = models
        self.http = http

    def send(self, sent: Sent, *, by: str = "embedder", params: dict[str, str] | None = None) -> int:
        """Send a body to the Worker, or to another one that passes it on, and return the status."""
        method, path, body = sent
        asked, hits = self.models.calls.total(), self.models.hits
        headers = {"content-type": "application/json"}
        answer = self.http.request(method, self.process.url(by) + path, content=body, headers=headers, params=params)
        assert answer.status_code in strategies.STATUSES, answer.text
        if answer.status_code != 200:
            strategies.check_error(path, answer.status_code, answer.text)
            assert self.models.calls.total() == asked
        if answer.status_code in strategies.REJECTED:
            assert self.models.hits == hits
        return answer.status_code

    def call(self, method: str, given: list[object]) -> None:
        hits = self.models.hits
        answer = self.http.post(
            self.process.url("probe"), content=msgspec.json.encode({"method": method, "args": given})
        )
        said = answer.json()
        assert "thrown" not in said, said
        if said["answer"]["ok"]:
            return
        error = said["answer"]["error"]
        assert error["status"] == STATUS[error["code"]]
        assert error["status"] in strategies.STATUSES, error
        if error["status"] in strategies.REJECTED:
            assert self.models.hits == hits


@pytest.fixture(scope="module")
def client(models: upstream.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One isolate for all tests here. At the end it still answers, and its heap is what it was after the corpus."""
    worker = upstream.worker(measured_modules(), DEADLINE_S="30")
    bound = {"EMBEDDINGS": workerd.service("embedder")}
    callers = [workerd.Worker("probe", workerd.js_worker(PROBE), bound)]
    callers += [workerd.Worker("caller", workerd.js_worker(CALLER), bound)]
    services = [worker, *callers, workerd.External("upstream", models.address)]
    config = workerd.Config(services, {"embedder": 0, "probe": 0, "caller": 0}, v8_flags=["--expose-gc"])
    with workerd.serve(config, tmp_path_factory.mktemp("fuzz")) as process, httpx.Client(timeout=TIMEOUT_S) as http:
        found = Client(process, models, http)
        send_corpus(found)
        before = aborting.memory(process)
        yield found
        assert found.send(("POST", "/embed", b'{"text":"fine"}')) == 200
        after = aborting.memory(process)
        assert (after.heap_bytes - before.heap_bytes) / MIB < SPARE_MIB
        assert after.isolate == before.isolate
        assert "fatal" not in process.said().lower()


def send_corpus(client: Client) -> None:
    for fragment in FRAGMENTS.values():
        for field in PLACES:
            client.send(place(field, fragment))


@pytest.mark.extended
def test_the_corpus_a_second_time(client):
    """The first time is in the fixture: what it needs of the heap is there already."""
    send_corpus(client)


@given(strategies.any_json)
def test_any_json(client, sent):
    client.send(sent)


@given(strategies.changed_bytes)
def test_valid_bodies_with_some_bytes_changed(client, sent):
    client.send(sent)


@given(strategies.any_bytes)
def test_any_bytes(client, sent):
    client.send(sent)


@given(strategies.odd_json)
def test_odd_json(client, sent):
    client.send(sent)


@given(st.sampled_from(LENGTHS) | st.integers(-10, 10**20).map(str), st.binary(max_size=50) | strategies.fragments)
def test_any_claim_about_the_length(client, length, body):
    """Over a service binding, since the runtime checks the length of requests from outside."""
    params = {} if length == "none" else {"length": length}
    client.send(("POST", "/embed", body), by="caller", params=params)


@given(st.sampled_from(sorted(rpc.OPERATIONS)), arguments)
def test_any_arguments_of_another_worker(client, name, given):
    client.call(name, given)


def test_the_fuzzers_reach_the_model(client):
    """A fuzzer that is always rejected would prove nothing."""
    asked = client.models.calls.total()
    assert client.send(("POST", "/embed", json.dumps(VALID[0]).encode())) == 200
    client.call("embed", ["a"])
    assert client.models.calls.total() == asked + 2
