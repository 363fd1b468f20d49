"""Vectorize's REST API under the real runtime: vectors in and out, over the emulated index, in every kind of body."""

import json
import math

import pytest

from tests.runtime.faults.aborting import until
from tests.strategies import INDEX, VECTOR

NDJSON = "application/x-ndjson"
KEY = {"authorization": "Bearer unused"}


def rest(worker, name, body, **options):
    return worker.post(f"{INDEX}/{name}", body, **options)


def send(worker, name, data, content_type="application/json", **headers):
    found = {"content-type": content_type, **KEY, **headers}
    return worker.send("POST", f"{INDEX}/{name}", data=data, headers=found)


def item(name, place=0, **fields):
    """Return a vector along one axis."""
    values = [0.0] * 768
    values[place] = 1.5
    return {"id": name, "values": values, **fields}


def lines(*items):
    return "\n".join(json.dumps(each) for each in items).encode()


def result(response):
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer.keys() == {"result", "success", "errors", "messages"}
    assert (answer["success"], answer["errors"], answer["messages"]) == (True, [], [])
    return answer["result"]


def rejected(response, status, code):
    answer = response.json()
    assert response.status_code == status, response.text
    [error] = answer.pop("errors")
    assert answer == {"result": None, "success": False, "messages": []}
    assert error["code"] == code
    return error["message"]


def settled(worker, response):
    """Wait until a write is visible, as clients do: by the mutation id."""
    mutation = result(response)["mutationId"]
    until(lambda: result(worker.send("GET", f"{INDEX}/info"))["processedUpToMutation"] == mutation)


def stored(worker, *names):
    return {found["id"]: found for found in result(rest(worker, "get_by_ids", {"ids": list(names)}))}


def upload(data):
    """Return the options of a request that sends a form, as wrangler does."""
    return {"files": {"vectors": ("vectors.ndjson", data, NDJSON)}, "headers": KEY}


SENT = {
    "JSON": lambda items: {"json": {"vectors": items}},
    "NDJSON": lambda items: {"data": lines(*items), "headers": {"content-type": NDJSON}},
    "NDJSON as JSON": lambda items: {"data": lines(*items), "headers": {"content-type": "application/json"}},
    "NDJSON with empty lines": lambda items: {
        "data": b"\r\n\n" + lines(*items).replace(b"\n", b"\r\n\r\n") + b"\n\n",
        "headers": {"content-type": NDJSON},
    },
    "one line": lambda items: {"data": lines(*items[:1]), "headers": {"content-type": NDJSON}},
    "a form": lambda items: upload(lines(*items)),
}


@pytest.mark.parametrize("kind", SENT)
def test_vectors_in_every_kind_of_body_are_stored_and_come_back(worker, kind):
    namespace = kind.replace(" ", "-")
    items = [item(f"{namespace}-0", 3, metadata={"lang": "en", "é": "ü"}), item(f"{namespace}-1", 4, metadata=None)]
    items = [{**each, "namespace": namespace} for each in items]
    sent = SENT[kind](items)
    settled(worker, worker.send("POST", f"{INDEX}/upsert", **sent))
    found = stored(worker, *(each["id"] for each in items))
    wanted = items[:1] if kind == "one line" else items
    assert {name: each["values"] for name, each in found.items()} == {each["id"]: each["values"] for each in wanted}
    assert found[f"{namespace}-0"]["metadata"] == {"lang": "en", "é": "ü"}
    assert found[f"{namespace}-0"]["namespace"] == namespace


def test_insert_keeps_stored_ids_and_upsert_replaces_them(worker):
    settled(worker, rest(worker, "upsert", {"vectors": [item("kept", 1)]}))
    settled(worker, rest(worker, "insert", {"vectors": [item("kept", 2), item("kept-new", 2)]}))
    assert [found["values"][1:3] for found in stored(worker, "kept", "kept-new").values()] == [[1.5, 0], [0, 1.5]]
    settled(worker, rest(worker, "upsert", {"vectors": [item("kept", 2)]}))
    assert stored(worker, "kept")["kept"]["values"][1:3] == [0, 1.5]


def test_query(worker):
    items = [item(f"q-{place}", place, namespace="q", metadata={"year": place, "other": "x"}) for place in range(5)]
    settled(worker, rest(worker, "upsert", {"vectors": items}))
    vector = [0.1] * 768
    vector[2] = 4
    asked = {"vector": vector, "namespace": "q"}
    plain = result(rest(worker, "query", asked))
    assert (plain["count"], plain["matches"][0].keys()) == (5, {"id", "score", "namespace"})
    exact = result(rest(worker, "query", {**asked, "returnValues": True}))
    assert exact["matches"][0]["score"] == pytest.approx(4 / math.hypot(*vector), abs=1e-6)
    assert plain["matches"][0]["score"] == pytest.approx(exact["matches"][0]["score"], abs=0.02)
    full = result(rest(worker, "query", {**asked, "topK": 2, "returnValues": True, "returnMetadata": "all"}))
    assert (full["count"], full["matches"][0]["id"]) == (2, "q-2")
    for match in full["matches"]:
        source = items[int(match["id"][2:])]
        assert (match["values"], match["metadata"]) == (source["values"], source["metadata"])
    indexed = result(rest(worker, "query", {**asked, "topK": 1, "returnMetadata": "indexed"}))
    assert indexed["matches"][0]["metadata"] == {"year": 2}
    filtered = result(rest(worker, "query", {**asked, "filter": {"year": {"$gte": 3}}}))
    assert sorted(match["id"] for match in filtered["matches"]) == ["q-3", "q-4"]
    by_id = result(rest(worker, "query", {"vectorId": "q-1", "namespace": "q", "topK": 1, "returnValues": True}))
    assert (by_id["matches"][0]["id"], len(by_id["matches"][0]["values"])) == ("q-1", 768)


def test_delete_by_ids(worker):
    settled(worker, rest(worker, "upsert", {"vectors": [item("gone-1"), item("gone-2")]}))
    settled(worker, rest(worker, "delete_by_ids", {"ids": ["gone-1", "never-there"]}))
    assert stored(worker, "gone-1", "gone-2").keys() == {"gone-2"}


def test_the_index_and_the_list_of_indexes(worker):
    index = {"name": "embedder", "config": {"dimensions": 768}}
    assert result(worker.send("GET", INDEX)) == index
    assert result(worker.send("GET", INDEX.rpartition("/")[0])) == [index]
    assert result(worker.send("GET", f"{INDEX}/info"))["dimensions"] == 768


def test_texts_and_vectors_find_each_other(worker):
    """A text of `PUT /vectors` is found by its vector, and a vector is found by the text that it was made of."""
    body = {"documents": [{"id": "text-red", "text": "a red planet"}], "namespace": "both", "wait": True}
    assert worker.send("PUT", "/vectors", json=body).json()["visible"] is True
    [vector] = worker.post("/embed", {"text": "a blue whale", "task": "document"}).json()["data"]
    raw = {"id": "raw-blue", "values": vector, "namespace": "both", "metadata": {"text": "a blue whale"}}
    settled(worker, rest(worker, "upsert", {"vectors": [raw]}))
    [query] = worker.post("/embed", {"text": "red planet", "task": "query"}).json()["data"]
    asked = {"vector": query, "namespace": "both", "returnMetadata": "all"}
    matches = result(rest(worker, "query", asked))["matches"]
    assert [match["id"] for match in matches] == ["text-red", "raw-blue"]
    assert matches[0]["metadata"] == {"text": "a red planet"}
    found = worker.post("/search", {"text": "red planet", "namespace": "both"}).json()["matches"]
    assert [(match["id"], match["score"]) for match in found] == [(each["id"], each["score"]) for each in matches]
    assert worker.post("/search", {"text": "blue whale", "namespace": "both"}).json()["matches"][0]["id"] == "raw-blue"


def text_of(value):
    """Return a body with one vector whose 768 values end with `value`."""
    return b'{"vectors":[{"id":"a","values":[%b,%b]}]}' % (b",".join([b"0.5"] * 767), value)


def many(count, value):
    return lines(*({"id": str(number), "values": [value] * 768} for number in range(count)))


BAD = 40026
WIDTH, QUERY_WIDTH = 40012, 40006
# name -> body, status, code, part of the sentence
HOSTILE = {
    "767 numbers": (lines({"id": "a", "values": VECTOR[1:]}), 400, WIDTH, "vectors[0].values has 767 items"),
    "769 numbers": (lines(item("b"), {"id": "a", "values": [*VECTOR, 0]}), 400, WIDTH, "vectors[1].values has 769"),
    "none": (lines({"id": "a", "values": []}), 400, WIDTH, "vectors[0].values has 0 items"),
    "NaN": (text_of(b"NaN"), 400, BAD, "not JSON"),
    "1e999": (text_of(b"1e999"), 400, BAD, "vectors[0].values[767] is not a number that is finite as float32"),
    "1e39": (text_of(b"-1e39"), 400, BAD, "vectors[0].values[767] is not a number that is finite as float32"),
    "a string": (text_of(b'"0.5"'), 400, BAD, "vectors[0].values[767] is not a number"),
    "null": (text_of(b"null"), 400, BAD, "vectors[0].values[767] is not a number"),
    "a nested array": (text_of(b"[0.5]"), 400, BAD, "vectors[0].values[767] is not a number"),
    "deeply nested": (text_of(b"[" * 70 + b"]" * 70), 400, BAD, "nested deeper than 64 levels"),
    "values are an index": (b'{"vectors":[{"id":"a","values":0}]}', 400, BAD, "vectors[0].values is not an array"),
    "values are text": (b'{"vectors":[{"id":"a","values":"AAAA"}]}', 400, BAD, "vectors[0].values is not an array"),
    "no values": (b'{"vectors":[{"id":"a"}]}', 400, BAD, "values"),
    "no id": (lines({"values": VECTOR}), 400, BAD, "id"),
    "not an object": (b"[1]\n[2]", 400, BAD, "vectors[0]"),
    "a number": (b"7", 400, BAD, "Expected object"),
    "a JSON string of lines": (json.dumps(lines(item("a")).decode()).encode(), 400, BAD, "Expected object"),
    "an empty body": (b" \n", 400, BAD, "empty"),
    "no vectors": (b'{"vectors":[]}', 400, BAD, "vectors is empty"),
    "one broken line": (lines(item("a"), item("b")) + b"\n{\n" + lines(item("c")), 400, BAD, "Line 3 of the body"),
    "broken UTF-8": (text_of(b'"\xff"'), 400, BAD, "UTF-8"),
    "duplicate ids": (lines(item("a"), item("b"), item("a")), 400, BAD, "the id 'a' is a duplicate"),
    "a long id": (lines(item("é" * 33)), 400, BAD, "vectors[0].id has 66 bytes"),
    "a long namespace": (lines(item("a", namespace="n" * 65)), 400, BAD, "vectors[0].namespace has 65 bytes"),
    "large metadata": (lines(item("a", metadata={"x": "y" * 10_240})), 400, BAD, "has 10248 bytes;"),
    "a wrong key": (lines(item("a", metadata={"a.b": 1})), 400, BAD, "vectors[0].metadata has the key 'a.b'"),
    "a lone surrogate": (b'{"id":"\\ud800","values":[%b]}' % b",".join([b"1"] * 768), 400, BAD, "lone surrogate"),
    "1,001 vectors": (many(1001, 0), 413, 40007, "vectors has too many items; the limit is 1000"),
    "too many bytes": (many(900, 0.125), 413, 10000, "over the limit of 4194304 bytes; send fewer vectors"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_wrong_body_is_rejected(worker, name):
    body, status, code, sentence = HOSTILE[name]
    for kind in ("application/json", NDJSON):
        assert sentence in rejected(send(worker, "upsert", body, kind), status, code)


FORMS = {
    "two files": {"files": [("a", ("a", b"{}", NDJSON)), ("b", ("b", b"{}", NDJSON))]},
    "no file": {"data": b"--x--\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
    "not a form": {"data": b"{}", "headers": {"content-type": "multipart/form-data"}},
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_without_exactly_one_file_is_rejected(worker, name):
    options = {**FORMS[name], "headers": FORMS[name].get("headers", {}) | KEY}
    assert "one field" in rejected(worker.send("POST", f"{INDEX}/insert", **options), 400, BAD)


def test_the_body_in_a_form_is_checked_too(worker):
    deep = upload(b'{"a":' * 70 + b"1" + b"}" * 70)
    assert "64 levels" in rejected(worker.send("POST", f"{INDEX}/insert", **deep), 400, BAD)


def test_media_types(worker):
    """A form needs a key, because a page of another origin can send one without a preflight request."""
    options = upload(lines(item("a")))
    del options["headers"]
    assert "content type" in rejected(worker.send("POST", f"{INDEX}/upsert", **options), 415, BAD)
    assert "content type" in rejected(send(worker, "query", b"{}", NDJSON), 415, BAD)
    assert "content type" in rejected(send(worker, "upsert", b"{}", "text/plain"), 415, BAD)


QUERIES = {
    "nothing": ({}, "Send either vector or vectorId"),
    "both": ({"vector": VECTOR, "vectorId": "a"}, "Send either vector or vectorId"),
    "767 numbers": ({"vector": VECTOR[1:]}, "vector has 767 items"),
    "no numbers": ({"vector": []}, "vector has 0 items"),
    "null": ({"vector": None}, "vector is not an array"),
    "an index": ({"vector": 0}, "vector is not an array"),
    "strings": ({"vector": ["1"] * 768}, "vector[0] is not a number"),
    "too many": ({"vector": VECTOR, "topK": 101}, "topK"),
    "too many with values": (
        {"vector": VECTOR, "topK": 51, "returnValues": True},
        "topK is 51; with returnValues it must be 1 to 50",
    ),
    "too few": ({"vector": VECTOR, "topK": 0}, "topK"),
    "a wrong filter": ({"vector": VECTOR, "filter": {"a": {"$like": "b"}}}, "unknown operator '$like'"),
    "a wrong namespace": ({"vector": VECTOR, "namespace": ""}, "namespace has 0 bytes"),
    "a boolean": ({"vector": VECTOR, "returnMetadata": True}, "returnMetadata"),
    "another level": ({"vector": VECTOR, "returnMetadata": "some"}, "none, indexed, all"),
    "vectors": ({"vectors": [{"values": VECTOR}]}, "Send either vector or vectorId"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_wrong_query_is_rejected(worker, name):
    body, sentence = QUERIES[name]
    code = QUERY_WIDTH if "items" in sentence else BAD
    assert sentence in rejected(rest(worker, "query", body), 400, code)


def test_a_query_by_an_unknown_id_is_not_found(worker):
    assert "never-stored" in rejected(rest(worker, "query", {"vectorId": "never-stored"}), 404, 40404)


def test_ids_are_checked(worker):
    ids = {"ids": [f"id-{number}" for number in range(101)]}
    assert "limit is 100" in rejected(rest(worker, "get_by_ids", ids), 413, 40007)
    for name in ("get_by_ids", "delete_by_ids"):
        assert "duplicate" in rejected(rest(worker, name, {"ids": ["a", "a"]}), 400, BAD)
        assert "ids is empty" in rejected(rest(worker, name, {"ids": []}), 400, BAD)


def test_an_error_of_vectorize_keeps_its_code(worker):
    assert "Vectorize rejected" in rejected(rest(worker, "insert", {"vectors": [item("fault:40012")]}), 400, 40012)
    busy = rest(worker, "insert", {"vectors": [item("fault:40041")]})
    assert "retry" in rejected(busy, 503, 40041)
    assert int(busy.headers["retry-after"]) > 0


def test_lines_are_never_discarded(worker):
    """The real API can discard lines that are not JSON. Here the caller would not learn which."""
    body = {"vectors": [item("a")]}
    assert result(rest(worker, "upsert", body, params={"unparsable-behavior": "error"}))
    discarding = rest(worker, "upsert", body, params={"unparsable-behavior": "discard"})
    assert "unparsable-behavior" in rejected(discarding, 400, BAD)


def test_only_the_bound_index_exists(worker):
    other = INDEX.replace("embedder", "other")
    for name, body in (
        ("upsert", {"vectors": [item("a")]}),
        ("query", {"vector": VECTOR}),
        ("get_by_ids", {"ids": ["a"]}),
        ("delete_by_ids", {"ids": ["a"]}),
    ):
        sentence = rejected(worker.post(f"{other}/{name}", body), 404, 3000)
        assert sentence == "Unknown index 'other'; this service has the index 'embedder'."
    for path in (other, f"{other}/info"):
        assert "Unknown index" in rejected(worker.send("GET", path), 404, 3000)
    traversal = INDEX.replace("embedder", "other%2F..%2Fembedder")
    assert rejected(worker.send("GET", traversal), 404, 3000)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/list"), ("GET", "/metadata_index/list"), ("POST", "/metadata_index/create"), ("POST", "/unknown")],
)
def test_what_a_binding_can_not_do_is_not_found(worker, method, path):
    assert "wrangler vectorize" in rejected(worker.send(method, INDEX + path, json={}), 404, 3000)


def test_indexes_are_not_created_or_deleted(worker):
    for method, path in (("POST", INDEX.rpartition("/")[0]), ("DELETE", INDEX)):
        assert "takes GET" in rejected(worker.send(method, path, json={}), 405, 10000)
