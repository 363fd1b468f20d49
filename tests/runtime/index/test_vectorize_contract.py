"""The Vectorize emulator behaves the same by RPC and behind the runtime's own binding class.

There are two emulators, each with its own index. `REAL` is the runtime's class in front of the first, and `RPC` calls
the second by RPC. `LINES` is also the runtime's class in front of the first, but sends ndjson.
"""

import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import requests

from tools import workerd
from tools.runtime import ROOT

# Finds the message of an error. The class throws the message itself, RPC a traceback that ends with it.
ERROR = re.compile(r"\b(INDEX_GET|VECTOR_\w+)_ERROR \(code = (\d+)\): (.*)")
LEVEL_ERROR = re.compile(r"Invalid returnMetadata option\. .*")
CALLER = """
export default {
  async fetch(request, env) {
    const { binding, method, args } = await request.json();
    const started = Date.now();
    try {
      return Response.json({ value: await env[binding][method](...args), ms: Date.now() - started });
    } catch (error) {
      return Response.json({ error: error.message });
    }
  }
};
"""
VARIABLES = {"DIMENSIONS": "4", "VISIBILITY_DELAY_MS": "0", "METADATA_INDEXES": "lang:string,year:number,a.b:boolean"}
SETTLE_LIMIT_S = 60

# name of an emulator -> its bindings
BINDINGS = {
    "REAL": {
        "LINES": workerd.vectorize("REAL", entrypoint="Vectorize"),
        "REAL": workerd.vectorize("REAL", entrypoint="Vectorize", ndjson=False),
    },
    "RPC": {"RPC": workerd.service("RPC", "Vectorize")},
}


class IndexBinding:
    """A binding to the index of an emulator."""

    def __init__(self, process: workerd.Process, name: str) -> None:
        self.process = process
        self.name = name

    def answer(self, method: str, *args: object) -> dict:
        body = {"binding": self.name, "method": method, "args": args}
        return requests.post(self.process.url("caller"), json=body, timeout=120).json()

    def call(self, method: str, *args: object) -> object:
        answer = self.answer(method, *args)
        assert "error" not in answer, answer
        return answer["value"]

    def error(self, method: str, *args: object) -> str:
        """Return the message of the error."""
        message = self.answer(method, *args)["error"]
        return (ERROR.search(message) or LEVEL_ERROR.search(message))[0]

    def time_ms(self, method: str, *args: object) -> int:
        """Return the duration of the call, measured in the runtime."""
        return self.answer(method, *args)["ms"]

    def wait_for(self, mutation: str) -> float:
        """Wait until this write is visible, and return the seconds."""
        started = time.monotonic()
        while self.call("describe")["processedUpToMutation"] != mutation:
            assert time.monotonic() < started + SETTLE_LIMIT_S, "the write did not become visible"
            time.sleep(0.02)
        return time.monotonic() - started


def emulator(name: str, disk: str, variables: dict[str, str]) -> workerd.Worker:
    bindings = {key: workerd.text(value) for key, value in variables.items()}
    bindings["INDEX"] = workerd.namespace("VectorizeIndex")
    modules = workerd.python_worker(ROOT / "local" / "src")
    return workerd.Worker(name, modules, bindings, durable_objects=["VectorizeIndex"], storage=disk)


def config(disk: Path, names: Sequence[str] = ("REAL", "RPC"), **changed: str) -> workerd.Config:
    variables = {**VARIABLES, **changed}
    bindings = {key: binding for name in names for key, binding in BINDINGS[name].items()}
    services = [workerd.Disk("disk", disk), workerd.Worker("caller", workerd.js_worker(CALLER), bindings)]
    return workerd.Config([*services, *(emulator(name, "disk", variables) for name in names)], {"caller": 0})


def vector(vector_id: str, values: list[float], **rest: object) -> dict:
    return {"id": vector_id, "values": values, **rest}


SEED = [
    vector("a", [1, 0, 0, 0], metadata={"lang": "de", "year": 1999, "a": {"b": True}, "free": ["x", None]}),
    vector("b", [1, 0.2, 0, 0], metadata={"lang": "en", "year": 2001, "a": {"b": False}}, namespace="n"),
    vector("c", [1, 0.4, 0, 0], metadata={"lang": "de" * 40, "year": 2003.5, "title": "x"}, namespace="n"),
    vector("d", [-1, 0.1, 0.3, 0.7]),
]
EAST = [1, 0, 0, 0]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[workerd.Process]:
    folder = tmp_path_factory.mktemp("contract")
    with workerd.serve(config(folder), folder) as running:
        for name in ("REAL", "RPC"):
            binding = IndexBinding(running, name)
            binding.wait_for(binding.call("upsert", SEED)["mutationId"])
        yield running


@pytest.fixture(scope="module")
def real(process: workerd.Process) -> IndexBinding:
    return IndexBinding(process, "REAL")


@pytest.fixture(scope="module")
def rpc(process: workerd.Process) -> IndexBinding:
    return IndexBinding(process, "RPC")


@pytest.mark.parametrize(
    "options",
    [
        None,
        {},
        {"topK": 2},
        {"topK": None, "namespace": None, "filter": None, "returnMetadata": None},
        {"namespace": "n"},
        {"namespace": "unknown"},
        {"returnValues": True},
        {"returnMetadata": True},
        {"returnMetadata": "none"},
        {"returnMetadata": "indexed"},
        {"returnMetadata": "all", "returnValues": True, "topK": 50},
        {"topK": 100, "returnMetadata": "indexed"},
        {"filter": {"lang": "de"}},
        {"filter": {"lang": {"$ne": "de"}}, "namespace": "n"},
        {"filter": {"lang": "de" * 32}},
        {"filter": {"year": {"$gte": 2001, "$lt": 2003.5}}},
        {"filter": {"a.b": False}},
        {"filter": {"free": "x"}},
        {"unknown": 1},
    ],
)
@pytest.mark.parametrize(("method", "subject"), [("query", EAST), ("queryById", "b")])
def test_queries(real, rpc, method, subject, options):
    answer = real.call(method, subject, options)
    assert rpc.call(method, subject, options) == answer
    assert answer["count"] == len(answer["matches"])


def test_queries_return_the_expected_matches(rpc):
    found = rpc.call("query", EAST, {"filter": {"lang": "de"}, "returnMetadata": "indexed", "returnValues": True})
    metadata = {"lang": "de", "year": 1999, "a": {"b": True}}
    assert found == {"count": 1, "matches": [{"id": "a", "score": 1, "values": EAST, "metadata": metadata}]}
    best = rpc.call("queryById", "b", {"namespace": "n"})["matches"]
    assert [(match["id"], match["namespace"]) for match in best] == [("b", "n"), ("c", "n")]


@pytest.mark.parametrize("ids", [["a"], ["d", "x", "b", "d"], ["x"], []])
def test_vectors_by_id(real, rpc, ids):
    answer = real.call("getByIds", ids)
    assert rpc.call("getByIds", ids) == answer
    assert [each["id"] for each in answer] == [name for name in dict.fromkeys(ids) if name != "x"]


@pytest.mark.parametrize(
    ("method", "args", "text"),
    [
        (
            "query",
            [[1, 2]],
            "VECTOR_QUERY_ERROR (code = 40006): invalid query vector, expected 4 dimensions, and got 2",
        ),
        ("query", [[]], "VECTOR_QUERY_ERROR (code = 40006)"),
        ("query", [EAST, {"topK": 101}], "VECTOR_QUERY_ERROR (code = 40025): max top K is 100"),
        ("query", [EAST, {"topK": 51, "returnMetadata": True}], "VECTOR_QUERY_ERROR (code = 40025): with returnValues"),
        ("query", [EAST, {"returnMetadata": False}], "VECTOR_QUERY_ERROR (code = 40026): Failed to parse the request"),
        ("query", [EAST, {"returnMetadata": "some"}], "Invalid returnMetadata option."),
        ("query", [EAST, {"filter": {}}], "VECTOR_QUERY_ERROR (code = 40026)"),
        ("query", [EAST, {"filter": {"a": {"$x": 1}}}], "VECTOR_QUERY_ERROR (code = 40026)"),
        ("query", [EAST, {"namespace": "fault:40041"}], "VECTOR_QUERY_ERROR (code = 40041): Too Many Requests"),
        ("query", [[1, None, 0, 0]], "VECTOR_QUERY_ERROR (code = 40026)"),
        ("queryById", ["x\ny"], 'VECTOR_QUERY_ERROR (code = 40404): no vector found for id="x\\ny"'),
        ("queryById", [None], "VECTOR_QUERY_ERROR (code = 40026): Failed to parse the request body as JSON: missing"),
        ("getByIds", [["a"] * 21], "VECTOR_GET_ERROR (code = 40007): too many ids in payload; max id count is 20, got"),
        ("getByIds", [["a" * 65]], "VECTOR_GET_ERROR (code = 40008): id too long; max is 64 bytes, got 65 bytes"),
        ("getByIds", ["a"], "VECTOR_GET_ERROR (code = 40026)"),
        (
            "deleteByIds",
            [["a"] * 101],
            "VECTOR_DELETE_ERROR (code = 40007): too many ids in payload; max id count is 1",
        ),
        ("deleteByIds", [["fault:40041"]], "VECTOR_DELETE_ERROR (code = 40041): Too Many Requests"),
        ("upsert", [[vector('"x"', [1])]], 'VECTOR_UPSERT_ERROR (code = 40012): invalid vector for id="\\"x\\"", exp'),
        ("insert", [[vector("x", [1])]], 'VECTOR_INSERT_ERROR (code = 40012): invalid vector for id="x", expected 4'),
        ("upsert", [[vector("ä" * 33, EAST)]], "VECTOR_UPSERT_ERROR (code = 40008): id too long; max is 64 bytes"),
        ("upsert", [[vector("x", EAST, metadata={"a.b": 1})]], "VECTOR_UPSERT_ERROR (code = 40010)"),
        ("upsert", [[vector("x", EAST, metadata={"t": "\ud835"})]], "VECTOR_UPSERT_ERROR (code = 40023): failed to"),
        ("upsert", [[vector("\ud835", EAST)]], "VECTOR_UPSERT_ERROR (code = 40023): failed to parse upsert vectors"),
        ("insert", [[vector(7, EAST)]], "VECTOR_INSERT_ERROR (code = 40023): failed to parse insert vectors"),
        ("upsert", [[]], "VECTOR_UPSERT_ERROR (code = 40023)"),
        ("upsert", [[vector("x", EAST)] * 1001], "VECTOR_UPSERT_ERROR (code = 40007): too many vectors"),
        ("insert", [[vector("fault:50000", EAST)]], "VECTOR_INSERT_ERROR (code = 50000)"),
    ],
)
def test_rejected_calls_have_the_same_error(real, rpc, method, args, text):
    error = real.error(method, *args)
    assert error.startswith(text)
    assert rpc.error(method, *args) == error


@pytest.mark.parametrize(("method", "args"), [("query", [None]), ("upsert", [[{"id": "x"}]])])
def test_calls_that_the_class_itself_rejects(real, rpc, method, args):
    message = real.answer(method, *args)["error"]
    assert rpc.answer(method, *args)["error"].rstrip().endswith(message)


def test_rpc_errors_end_with_the_message_of_the_class(real, rpc):
    text = 'VECTOR_UPSERT_ERROR (code = 40012): invalid vector for id="x", expected 4 dimensions, and got 1 dimensions'
    assert real.answer("upsert", [vector("x", [1])])["error"] == text
    traceback = rpc.answer("upsert", [vector("x", [1])])["error"]
    assert traceback.startswith("Traceback")
    assert traceback.rstrip().endswith(f": {text}")
    assert len(ERROR.findall(traceback)) == 1


def test_ndjson_behaves_like_json(process, real):
    lines = IndexBinding(process, "LINES")
    assert lines.call("query", EAST) == real.call("query", EAST)
    assert lines.error("upsert", [vector("x", [1])]) == real.error("upsert", [vector("x", [1])])
    broken = [vector("x", EAST), vector("y", EAST, metadata={"t": "\ud835"})]
    message = "failed to parse upsert vectors request in"
    assert real.error("upsert", broken).endswith(f"{message} json format: line None was not expected format")
    assert lines.error("upsert", broken).endswith(f"{message} ndjson format: line Some(1) was not expected format")
    lines.wait_for(lines.call("upsert", [vector("line 1", EAST), vector("line 2", EAST)])["mutationId"])
    assert len(lines.call("getByIds", ["line 1", "line 2"])) == 2
    lines.wait_for(lines.call("deleteByIds", ["line 1", "line 2"])["mutationId"])


def test_writes(real, rpc):
    for binding in (real, rpc):
        count = binding.call("describe")["vectorCount"]
        first = binding.call("insert", [vector("w", EAST, metadata={"v": 1}), vector("w2", EAST)])
        assert list(first) == ["mutationId"]
        binding.call("insert", [vector("w", EAST, metadata={"v": 2})])
        binding.call("upsert", [vector("w2", [0.5, 0, 0, 0], namespace="n", metadata=None)])
        binding.call("deleteByIds", ["w3", "unknown"])
        binding.wait_for(binding.call("upsert", [vector("w3", EAST)])["mutationId"])
        info = binding.call("describe")
        assert (info["vectorCount"], info["dimensions"]) == (count + 3, 4)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", info["processedUpToDatetime"])
        assert binding.call("getByIds", ["w", "w2", "w3"]) == [
            {"id": "w", "values": EAST, "metadata": {"v": 1}},
            {"id": "w2", "values": [0.5, 0, 0, 0], "namespace": "n"},
            {"id": "w3", "values": EAST},
        ]
        binding.wait_for(binding.call("deleteByIds", ["w", "w2", "w3"])["mutationId"])
        assert binding.call("describe")["vectorCount"] == count


def test_a_requested_delay(rpc):
    assert rpc.time_ms("getByIds", ["fault:slow:400"]) >= 400
    assert rpc.time_ms("getByIds", ["a"]) < 400


def test_writes_become_visible_after_the_delay(tmp_path):
    with workerd.serve(config(tmp_path, ["RPC"], VISIBILITY_DELAY_MS="1500"), tmp_path) as process:
        binding = IndexBinding(process, "RPC")
        assert binding.call("describe")["vectorCount"] == 0
        mutation = binding.call("upsert", SEED)["mutationId"]
        assert binding.call("query", EAST) == {"count": 0, "matches": []}
        assert binding.call("getByIds", ["a"]) == []
        info = binding.call("describe")
        assert (info["vectorCount"], info["processedUpToMutation"]) == (0, None)
        binding.wait_for(mutation)
        assert binding.call("query", EAST)["count"] == 4


def test_a_restart_keeps_visible_and_pending_writes(tmp_path):
    with workerd.serve(config(tmp_path, ["RPC"]), tmp_path) as process:
        binding = IndexBinding(process, "RPC")
        binding.wait_for(binding.call("upsert", SEED)["mutationId"])
        options = {"returnMetadata": "all", "returnValues": True}
        before = binding.call("query", EAST, options)
    with workerd.serve(config(tmp_path, ["RPC"], VISIBILITY_DELAY_MS="4000"), tmp_path) as process:
        binding = IndexBinding(process, "RPC")
        assert binding.call("query", EAST, options) == before
        mutation = binding.call("deleteByIds", ["a", "b"])["mutationId"]
    with workerd.serve(config(tmp_path, ["RPC"], METADATA_INDEXES="title:string"), tmp_path) as process:
        binding = IndexBinding(process, "RPC")
        binding.wait_for(mutation)
        assert [match["id"] for match in binding.call("query", EAST)["matches"]] == ["c", "d"]
        # this metadata index was created after these vectors were written
        assert binding.call("query", EAST, {"filter": {"title": "x"}})["count"] == 0
        binding.wait_for(binding.call("upsert", [vector("e", EAST, metadata={"title": "x"})])["mutationId"])
        assert [match["id"] for match in binding.call("query", EAST, {"filter": {"title": "x"}})["matches"]] == ["e"]


def test_a_batch_is_faster_than_single_writes_and_a_search_faster_than_the_batch(tmp_path):
    source = random.Random(1)
    documents = [vector(str(number), [source.uniform(-1, 1) for _ in range(768)]) for number in range(500)]
    with workerd.serve(config(tmp_path, DIMENSIONS="768"), tmp_path) as process:
        for name in ("REAL", "RPC"):
            binding = IndexBinding(process, name)
            binding.call("describe")
            batch = binding.time_ms("upsert", documents)
            alone = sum(binding.time_ms("upsert", [each]) for each in documents[:20]) / 20
            search = min(binding.time_ms("query", documents[0]["values"]) for _ in range(5))
            assert binding.call("query", documents[7]["values"], {"topK": 1})["matches"][0]["id"] == "7"
            assert batch / len(documents) < alone / 3, json.dumps({"batch": batch, "alone": alone})
            assert search < batch / 5, json.dumps({"batch": batch, "search": search})
