"""Requests of few texts share calls of the model, through the real Durable Object."""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import requests

from benchmarks.subjects.contenders import measured_modules
from emulator import lexical
from tests.runtime import upstream
from tests.runtime.faults import aborting
from tests.runtime.limits import load
from tools import workerd

WORKER = Path(__file__).parent / "batcher_worker"
KEYS = {"open": "the-open-key-of-the-tests", "bound": "the-bound-key-of-the-tests"}
IDLE = {"places": 0, "waiting": 0, "running": 0}
AT_ONCE = 64


class Service(msgspec.Struct):
    process: workerd.Process
    models: upstream.Server

    def embed(self, texts: str | list[str], key: str = "open") -> requests.Response:
        headers = {"authorization": f"Bearer {KEYS[key]}"}
        return requests.post(
            self.process.url("embedder") + "/embed", json={"text": texts}, headers=headers, timeout=120
        )

    def probe(self, path: str) -> requests.Response:
        return requests.get(f"{self.process.url('probe')}/{path}", timeout=60)

    def state(self) -> dict:
        return self.probe("state").json()

    def is_idle(self) -> bool:
        return IDLE.items() <= self.state().items()


@contextmanager
def serve(folder: Path, **variables: str) -> Iterator[Service]:
    entry = workerd.Module("batcher_entry.py", "pythonModule", WORKER / "batcher_entry.py")
    with upstream.serve() as models:
        worker = upstream.worker([entry, *measured_modules()], DEADLINE_S="20", **variables)
        bindings = {**worker.bindings, "BATCHER": workerd.namespace("Batcher")}
        worker = msgspec.structs.replace(worker, bindings=bindings, durable_objects=["Batcher"])
        objects = {"durableObjectNamespace": {"className": "Batcher", "serviceName": "embedder"}}
        probe = workerd.Worker("probe", workerd.js_worker(WORKER / "probe.js"), {"BATCHER": objects})
        services = [worker, probe, workerd.External("upstream", models.address)]
        config = workerd.Config(services, {"embedder": 0, "probe": 0}, v8_flags=["--expose-gc"])
        with workerd.serve(config, folder) as process:
            yield Service(process, models)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(tmp_path_factory.mktemp("batcher")) as service:
        yield service


def entry(name: str) -> dict[str, object]:
    own = {"namespaces": ["acme"]} if name == "bound" else {}
    return {"name": name, "sha256": sha256(KEYS[name].encode()).hexdigest(), "scopes": ["embed"], **own}


def test_concurrent_requests_share_calls_and_each_gets_its_own_vectors(service):
    before = service.models.hits
    texts = [f"shared {number}" for number in range(4 * AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(service.embed, texts))
    assert [answer.json()["data"] for answer in answers] == [[lexical.embed(text)] for text in texts]
    assert service.models.hits - before < len(texts) / 2
    assert service.is_idle()


def test_a_repeated_text_is_answered_from_memory_with_the_same_digits(service):
    first, before = service.embed("again"), service.models.hits
    second = service.embed(["again", "again"])
    assert service.models.hits == before
    assert second.json()["data"] == first.json()["data"] * 2
    assert ("cache" in first.headers["server-timing"], "cache" in second.headers["server-timing"]) == (False, True)


@pytest.mark.parametrize("allowed", ["off", "on"])
def test_a_key_that_is_bound_to_a_namespace_uses_what_is_kept_only_if_the_operator_allows_it(tmp_path, allowed):
    keys = json.dumps([entry(name) for name in KEYS])
    with serve(tmp_path, AUTH="on", API_KEYS=keys, BATCHER_CACHE_BOUND_KEYS=allowed) as service:
        asked = [("kept", "open"), ("kept", "bound"), ("kept", "bound"), ("own", "bound"), ("own", "open")]
        cached = ["cache" in service.embed(*each).headers["server-timing"] for each in asked]
        assert cached == ([False, True, True, False, True] if allowed == "on" else [False] * 5)
        assert service.models.hits == (2 if allowed == "on" else 5)


def test_larger_requests_call_the_model_themselves(service):
    texts = [f"many {number}" for number in range(9)]
    service.embed(texts)
    before = service.models.hits
    assert service.embed(texts).json()["data"] == [lexical.embed(text) for text in texts]
    assert service.models.hits == before + 1


def test_one_poisonous_text_harms_no_other_request(service):
    texts = [f"beside {number}" for number in range(50)]
    with ThreadPoolExecutor(51) as pool:
        bad = pool.submit(service.embed, "fault:3003")
        answers = list(pool.map(service.embed, texts))
    assert [answer.json()["data"] for answer in answers] == [[lexical.embed(text)] for text in texts]
    assert (bad.result().status_code, bad.result().json()["error"]["code"]) == (400, "invalid_request")


def test_an_object_that_is_killed_costs_no_request_its_answer(service):
    texts = [f"killed {number}" for number in range(3 * AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(service.embed, texts)
        for _ in range(3):
            service.probe("kill")
        found = list(answers)
    assert [answer.json()["data"] for answer in found] == [[lexical.embed(text)] for text in texts]


def test_a_client_that_disconnects_takes_its_text_out(service):
    service.embed("warm")
    before = service.models.gone["slowbody"]
    aborting.abort(service.process, service.models, "reading")
    aborting.until(lambda: service.models.gone["slowbody"] > before)
    aborting.until(service.is_idle)


SLOW = pytest.param("slowheaders", marks=pytest.mark.extended)  # it ends with the deadline


@pytest.mark.parametrize("fault", ["reset", "9999", "html:200", "zeros", "cut", SLOW])
def test_other_failures_that_one_text_causes_cost_no_other_request_its_answer(service, fault):
    texts = [f"{fault} {number}" for number in range(10)]
    with ThreadPoolExecutor(11) as pool:
        bad = pool.submit(service.embed, f"fault:{fault}")
        answers = list(pool.map(service.embed, texts))
        assert [answer.json().get("data") for answer in answers] == [[lexical.embed(text)] for text in texts]
        assert bad.result().status_code in (502, 504)


def test_a_failure_of_the_account_reaches_every_request_with_its_code(service):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(service.embed, (["fault:4006", "quota a"], ["fault:4006", "quota b"]))
    for answer in (first, second):
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "quota_exhausted")
        assert int(answer.headers["retry-after"]) > 0


def run(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as service:
        port, pid = service.process.ports["embedder"], service.process.pid
        outcome = asyncio.run(load.run(port, pid, seconds, AT_ONCE))
        assert outcome.wrong == []
        assert outcome.answers.total() > AT_ONCE
        assert aborting.memory(service.process).live == 0
        aborting.until(service.is_idle)


# of a text; those of an account or of the model concern every request of a call
FAULTS = {"5006": 400, "3003": 400, "3006": 413, "short": 502, "zeros": 502, "nan": 502, "reset": 502, "9999": 502}


@pytest.fixture
def faults(monkeypatch):
    monkeypatch.setattr(load, "FAULTS", FAULTS)


@pytest.mark.usefixtures("faults")
def test_under_load_with_faults_and_resets_nothing_is_wrong_lost_or_kept():
    run(seconds=4)


@pytest.mark.extended
@pytest.mark.usefixtures("faults")
def test_the_same_for_a_minute():
    run(seconds=60)
