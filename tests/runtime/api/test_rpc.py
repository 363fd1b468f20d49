"""Other Workers call the Worker through a service binding, under the real runtime."""

import math
import re
import subprocess
from array import array
from pathlib import Path

import pytest

from embedder import rpc
from tools import runtime, workerd

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def probe(start_worker):
    source = ROOT / "tests" / "runtime" / "probe.js"
    caller = workerd.Worker("probe", workerd.js_worker(source), {"EMBEDDINGS": workerd.service("embedder")})
    return start_worker(callers=[caller])


def call(probe, method, *args):
    """Return the answer of a method; an exception that crossed is a failure of the test."""
    said = probe.post("/", {"method": method, "args": list(args)}).json()
    assert "thrown" not in said, said
    return said["answer"]


def float32(rows):
    """Return the rows as float32, because JSON has the model's digits, or nine digits."""
    return [array("f", row) for row in rows]


@pytest.fixture(scope="module")
def planets(probe):
    """Four copies of a text and two others, in a namespace."""
    texts = ["Mars is the red planet."] * 4 + ["Venus is a hot planet.", "Cats sleep most of the day."]
    documents = [{"id": f"planet-{place}", "text": text} for place, text in enumerate(texts)]
    written = call(probe, "upsert", documents, {"namespace": "planets", "wait": True})
    assert written["visible"] is True
    return {"namespace": "planets", "metadata": "none"}


@pytest.mark.parametrize(
    ("options", "exact", "order", "count"),
    [
        ({}, False, "score", 3),
        ({"exact": True}, True, "score", 3),
        ({"values": True}, True, "score", 3),
        ({"min_score": 0.9999, "top_k": 50}, True, "score", 0),
        ({"diversity": 0}, False, "score", 3),
        ({"diversity": 0.5}, True, "diversity", 3),
        ({"diversity": 1, "top_k": 50}, True, "diversity", 6),
        ({"diversity": 0.5, "filter": {"lang": "xx"}}, True, "diversity", 0),
        ({"top_k": 51}, False, "score", 6),
    ],
)
def test_scores_and_diversity(probe, planets, options, exact, order, count):
    found = call(probe, "search", "the red planet", {"top_k": 3, **planets, **options})
    assert (found["ok"], found["exact"], found["order"], found["count"]) == (True, exact, order, count)
    assert all(("values" in match) is ("values" in options) for match in found["matches"])
    if options.get("diversity"):
        copies = [match["id"] for match in found["matches"][:3] if match["id"] < "planet-4"]
        assert len(copies) == (1 if count else 0)


@pytest.mark.parametrize("option", [{"exact": True}, {"min_score": 0.1}, {"diversity": 0.1}, {"values": True}])
def test_exact_scores_have_at_most_50_matches(probe, planets, option):
    found = call(probe, "search", "the red planet", {**planets, **option, "top_k": 51})
    assert (found["ok"], found["error"]["code"], found["error"]["param"]) == (False, "invalid_request", "top_k")


def test_embed_answers_arrays(probe, worker):
    answer = call(probe, "embed", ["one", "two"], {"task": "search_query"})
    native = worker.post("/embed", {"text": ["one", "two"], "task": "search_query"}).json()
    assert answer["ok"] is True
    assert answer["shape"] == native["shape"]
    assert float32(answer["data"]) == float32(native["data"])
    assert (answer["task"], answer["truncated"]) == ("search_query", [])
    assert answer["tokens"] > 0


def test_one_float32_array_for_the_whole_batch(probe):
    texts = [f"text {number}" for number in range(100)]
    answer = call(probe, "embed", texts, {"format": "float32"})
    plain = call(probe, "embed", texts)
    assert (answer["kind"], answer["shape"]) == ("Float32Array", [100, 768])
    assert answer["data"] == pytest.approx([value for row in plain["data"] for value in row], abs=1e-7)


def test_the_raw_response_of_the_model(probe, worker):
    answer = call(probe, "embed", ["one", "two"], {"format": "response"})
    assert (answer["kind"], answer["status"], answer["type"]) == ("Response", 200, "application/json")
    assert answer["response"] == worker.post("/embed", {"text": ["one", "two"]}).json()


@pytest.mark.parametrize("options", [{"dimensions": 256}, {"dimensions": 128, "encoding_format": "base64"}])
def test_sizes_and_encodings(probe, worker, options):
    [row] = call(probe, "embed", "one", options)["data"]
    [native] = worker.post("/embed", {"text": "one", **options}).json()["data"]
    assert row == native if "encoding_format" in options else float32([row]) == float32([native])


def test_similarity(probe):
    scores = call(probe, "similarity", ["red apple", "blue sea"], {"source": "red apple"})["scores"]
    assert scores[0] == pytest.approx(1, abs=1e-6)
    assert scores[0] > scores[1]


def test_store_search_read_delete(probe):
    documents = [{"id": f"doc-{n}", "text": text} for n, text in enumerate(["red apple", "blue sea", "green leaf"])]
    written = call(probe, "upsert", documents, {"namespace": "rpc", "wait": True})
    assert (written["count"], written["visible"]) == (3, True)
    found = call(probe, "search", "apple", {"namespace": "rpc", "top_k": 1})
    assert [match["id"] for match in found["matches"]] == ["doc-0"]
    alike = call(probe, "search", None, {"id": "doc-0", "namespace": "rpc", "top_k": 1, "metadata": "none"})
    assert alike["matches"][0]["id"] == "doc-0"
    read = call(probe, "get", ["doc-1", "doc-9"])
    assert (read["vectors"][0]["metadata"]["text"], read["missing"]) == ("blue sea", ["doc-9"])
    assert math.isclose(math.hypot(*read["vectors"][0]["values"]), 1, abs_tol=1e-5)
    assert call(probe, "describe")["fits"] is True
    assert call(probe, "delete", ["doc-0"], {"wait": True})["visible"] is True
    cleared = call(probe, "delete", None, {"namespace": "rpc", "wait": True})
    assert (cleared["deleted"], cleared["more"], cleared["visible"]) == (2, False, True)
    assert call(probe, "get", ["doc-1"])["missing"] == ["doc-1"]


ODD = [{"odd": kind} for kind in ("undefined", "date", "bytes", "map", "callback", "surrogate", "nan")]


@pytest.mark.parametrize("method", sorted(rpc.OPERATIONS))
def test_no_exception_crosses_whatever_the_arguments(probe, method):
    for args in ([], [None], [7], [[1]], ["a", "b"], ["a", {}, {}], [["a"], {"unknown": 1}], [{"a": [[{}]]}]):
        answer = call(probe, method, *args)
        assert answer["ok"] is True or answer["error"]["status"] in (400, 404, 413)
    for odd in ODD:
        for args in ([odd], [[odd]], ["a", odd], ["a", {"task": odd}]):
            answer = call(probe, method, *args)
            assert answer["ok"] is True or answer["error"]["code"] == "invalid_request"


def test_half_of_a_surrogate_pair_is_named_by_its_path(probe):
    for args, param in (([["a", {"odd": "surrogate"}]], "text[1]"), ([{"odd": "surrogate"}], "text")):
        error = call(probe, "embed", *args)["error"]
        assert (error["code"], error["param"]) == ("invalid_request", param)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([["a"] * 101], ("batch_too_large", 413, "text")),
        ([["a", ""]], ("invalid_request", 400, "text[1]")),
        (["a", {"format": "float64"}], ("invalid_request", 400, "format")),
        (["a", {"format": "float32", "dimensions": 256}], ("invalid_request", 400, "format")),
        (["fault:3040"], ("upstream_busy", 503, None)),
        (["fault:html", {"format": "float32"}], ("upstream_error", 502, None)),
        (["fault:short", {"format": "float32"}], ("upstream_invalid", 502, None)),
        (["fault:zeros", {"format": "float32"}], ("upstream_invalid", 502, None)),
        (["fault:malformed"], ("upstream_invalid", 502, None)),
    ],
)
def test_failures_are_answers(probe, args, expected):
    error = call(probe, "embed", *args)["error"]
    assert (error["code"], error["status"], error.get("param")) == expected
    assert "Traceback" not in error["message"]


OTHER_NAMES = [
    "env",
    "ctx",
    "_call",
    "_fetch",
    "_name",
    "then",
    "METHODS",
    "bindings",
    "on_fetch",
    "scheduled",
]


@pytest.mark.parametrize("name", [*OTHER_NAMES, *dir(object)])
def test_a_name_that_is_no_operation_is_rejected(probe, name):
    """Python's own methods, too: `dir(object)` has their names."""
    said = probe.post("/", {"method": name, "args": []}).json()
    assert "thrown" in said
    assert "Traceback" not in said["thrown"]


def test_methods_of_the_proxy_around_the_python_object_are_no_operations(probe):
    """The runtime takes them for methods of ours. Their names are in the declarations of Pyodide."""
    declarations = (runtime.ROOT / "node_modules" / "pyodide" / "ffi.d.ts").read_text()
    names = set(re.findall(r"^\s+(\w+)\(", declarations, re.MULTILINE)) - {"constructor"}
    assert {"copy", "destroy", "toJs"} < names
    for name in names:
        said = probe.post("/", {"method": name, "args": []}).json()
        if "thrown" in said:
            assert "Traceback" not in said["thrown"], name
        elif name not in rpc.OPERATIONS and isinstance(said.get("answer"), dict):
            assert said["answer"]["error"]["code"] == "not_found"


def test_the_typescript_compiler_accepts_them():
    runtime.prepare(tests=True)
    done = subprocess.run(
        ["tsc", "-p", "tests/types"], cwd=ROOT, env=runtime.environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["typescript", pytest.param("python", marks=pytest.mark.extended)])
def test_an_example_answers_questions_from_stored_documents(start_dev, name):
    example = start_dev(example=Path("examples") / name)
    lines = "The sky is blue because of Rayleigh scattering.\nMars is the red planet.\nCats sleep most of the day."
    assert example.send("PUT", "/", data=lines.encode()).json()["visible"] is True
    answer = example.send("GET", "/?q=why+is+the+sky+blue").json()
    assert answer["answer"] == lines.splitlines()[0]
    assert example.send("GET", "/").status_code == 400
