"""The Vectorize routes, on a fake index: limits, partial failures, waiting for visibility."""

import json

import pytest

from embedder.errors import EmbedderError
from tests.core.fake_index import FakeIndex, app_with, documents
from tests.core.fakes import FakeApp, code, error, json_of


def put(app: FakeApp, body: object):
    return app.send("PUT", "/vectors", json.dumps(body).encode())


def test_documents_get_the_document_prompt_and_store_their_text():
    index = FakeIndex()
    app = app_with(index)
    body = {"documents": [{"id": "a", "text": "T", "title": "H", "metadata": {"lang": "en"}}, {"id": "b", "text": "U"}]}
    answer = json_of(put(app, {**body, "namespace": "n"}))
    assert answer == {"count": 2, "mutation_ids": ["m1"], "visible": None}
    assert app.model.calls == [["title: H | text: T", "title: none | text: U"]]
    assert index.vectors["a"]["metadata"] == {"lang": "en", "text": "T"}
    assert (index.vectors["a"]["namespace"], len(index.vectors["a"]["values"])) == ("n", 768)


def test_1000_documents_are_written_in_ten_calls_in_order():
    index = FakeIndex()
    app = app_with(index)
    answer = json_of(put(app, {"documents": documents(1000), "mode": "insert", "keep_text": False}))
    assert answer["mutation_ids"] == [f"m{number}" for number in range(1, 11)]
    written = index.named("insert")
    assert [item["id"] for batch in written for item in batch] == [item["id"] for item in documents(1000)]
    assert "metadata" not in written[0][0]
    assert app.model.most_in_flight == 6


@pytest.mark.parametrize(
    ("document", "param"),
    [
        ({"id": "", "text": "a"}, "documents[0].id"),
        ({"id": "é" * 33, "text": "a"}, "documents[0]"),
        ({"id": "a", "text": ""}, "documents[0].text"),
        ({"id": "a", "text": "a", "metadata": {"": 1}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {"a.b": 1}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {'a"b': 1}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {"$a": 1}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {"in": {"$a": 1}}}, "documents[0].metadata.in"),
        ({"id": "a", "text": "a", "metadata": {"text": "mine"}}, "documents[0].metadata.text"),
        ({"id": "a", "text": "é" * 5120}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {"x": "y" * 10240}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "extra": 1}, "documents[0]"),
    ],
)
def test_rejects_documents_that_vectorize_would_reject(document, param):
    index = FakeIndex()
    app = app_with(index)
    status, code, where = error(put(app, {"documents": [document]}))
    assert (status, code, where) == (400, "invalid_request", param)
    assert (app.model.calls, index.calls) == ([], [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"documents": []}, (400, "invalid_request", "documents")),
        ({"documents": documents(1001)}, (413, "batch_too_large", "documents")),
        ({"documents": documents(1) * 2}, (400, "invalid_request", "documents[1]")),
        ({"documents": documents(1), "namespace": ""}, (400, "invalid_request", "namespace")),
        ({"documents": documents(1), "namespace": "n" * 65}, (400, "invalid_request", "namespace")),
        ({"documents": documents(1), "mode": "replace"}, (400, "invalid_request", "mode")),
        ({"documents": documents(1), "task": "doc"}, (400, "invalid_request", "task")),
    ],
)
def test_rejects_an_invalid_write_before_calling_the_model(body, expected):
    index = FakeIndex()
    app = app_with(index)
    assert error(put(app, body)) == expected
    assert (app.model.calls, index.calls) == ([], [])


def test_rejects_an_index_with_other_dimensions_before_calling_the_model():
    app = app_with(FakeIndex(dimensions=1024))
    assert error(put(app, {"documents": documents(1)}))[:2] == (409, "index_mismatch")
    assert error(app.ask("/search", {"text": "a"}))[:2] == (409, "index_mismatch")
    assert app.model.calls == []
    assert json_of(app.send("GET", "/index"))["fits"] is False


def test_without_a_binding_only_the_index_routes_fail():
    app = FakeApp()
    for response in (
        put(app, {"documents": documents(1)}),
        app.ask("/search", {"text": "a"}),
        app.send("GET", "/vectors", query="ids=a"),
        app.send("GET", "/index"),
        app.ask("/embed", {"text": "a", "store": {"ids": ["a"]}}),
        app.send("DELETE", "/vectors", b'{"ids": ["a"]}'),
    ):
        assert error(response)[:2] == (501, "vectorize_not_configured")
    assert app.model.calls == []
    assert app.ask("/embed", {"text": "a"}).status == 200


def test_a_partial_failure_names_accepted_and_other_ids():
    index = FakeIndex(fail_write=3)
    response = put(app_with(index), {"documents": documents(1000)})
    answer = json_of(response)
    assert error(response)[:2] == (503, "upstream_busy")
    assert answer["accepted"] == [f"doc-{number}" for number in range(300)]
    assert answer["not_accepted"] == [f"doc-{number}" for number in range(300, 1000)]
    assert "sending all again is safe" in answer["error"]["message"]
    index.fail_write = None
    assert json_of(put(app_with(index), {"documents": documents(1000)}))["count"] == 1000
    assert len(index.vectors) == 1000


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (EmbedderError("upstream_timeout", "late"), "upstream_timeout"),
        ({}, "upstream_invalid"),
        (None, "upstream_invalid"),
        ({"mutationId": 7}, "upstream_invalid"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_every_failure_of_a_write_names_the_accepted_ids(method, failure, code):
    index = FakeIndex(fail_write=3)
    index.failure = failure
    names = [f"doc-{number}" for number in range(1000)]
    body = {"documents": documents(1000)} if method == "PUT" else {"ids": names}
    answer = json_of(app_with(index).send(method, "/vectors", json.dumps(body).encode()))
    assert answer["error"]["code"] == code
    assert (answer["accepted"], answer["not_accepted"]) == (names[:300], names[300:])


def test_a_later_failure_of_the_model_is_a_partial_failure():
    index = FakeIndex()
    app = app_with(index)
    batch = documents(250)
    batch[220]["text"] = "fail here"
    ok = app.model._reply
    app.model._reply = lambda texts: code(3036, 429)(texts) if any("fail" in text for text in texts) else ok(texts)
    answer = json_of(put(app, {"documents": batch}))
    assert answer["error"]["code"] == "quota_exhausted"
    assert len(answer["accepted"]) == 200
    assert len(answer["not_accepted"]) == 50


def test_embed_and_store_in_one_call():
    index = FakeIndex()
    app = app_with(index)
    body = {"text": ["a", "b"], "store": {"ids": ["1", "2"], "metadata": [{"n": 1}, {"n": 2}]}, "dimensions": 128}
    answer = json_of(app.ask("/embed", body))
    assert (answer["shape"], answer["stored"]["count"]) == ([2, 128], 2)
    assert [len(row) for row in answer["data"]] == [128, 128]
    assert len(index.vectors["1"]["values"]) == 768
    assert index.vectors["2"]["metadata"] == {"n": 2, "text": "b"}
    assert len(app.model.calls) == 1


@pytest.mark.parametrize(
    ("store", "param"),
    [
        ({"ids": ["1"]}, "store.ids"),
        ({"ids": ["1", "2"], "metadata": [{}]}, "store.metadata"),
        ({"ids": ["1", "1"]}, "store.ids[1]"),
    ],
)
def test_rejects_ids_and_metadata_that_do_not_match_the_texts(store, param):
    app = app_with(FakeIndex())
    assert error(app.ask("/embed", {"text": ["a", "b"], "store": store})) == (400, "invalid_request", param)
    assert app.model.calls == []


def test_search_by_text_and_by_id():
    index = FakeIndex()
    app = app_with(index)
    found = json_of(
        app.ask("/search", {"text": "hello", "top_k": 3, "namespace": "n", "filter": {"year": {"$gte": 2020}}})
    )
    assert [match["id"] for match in found["matches"]] == ["a", "b"]
    assert app.model.calls == [["task: search result | query: hello"]]
    wanted = {
        "topK": 3,
        "returnValues": False,
        "returnMetadata": "all",
        "namespace": "n",
        "filter": {"year": {"$gte": 2020}},
    }
    assert index.named("query") == [wanted]
    json_of(app.ask("/search", {"id": "doc-1", "metadata": "none", "top_k": 100}))
    assert index.named("doc-1") == [{"topK": 100, "returnValues": False, "returnMetadata": "none"}]
    assert len(app.model.calls) == 1


def test_values_are_returned_only_on_request():
    app = app_with(FakeIndex())
    assert "values" not in json_of(app.ask("/search", {"text": "a"}))["matches"][0]
    asked = app.ask("/search", {"text": "a", "values": True})
    assert json_of(asked)["matches"][0]["values"] == 0


def test_matches_below_min_score_are_left_out():
    found = json_of(app_with(FakeIndex()).ask("/search", {"text": "a", "min_score": 0.5}))
    assert found == {"count": 1, "matches": [{"id": "a", "score": 0.9, "metadata": {"text": "x"}}]}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"top_k": 0}, "top_k"),
        ({"top_k": 51}, "top_k"),
        ({"top_k": 51, "metadata": "none", "values": True}, "top_k"),
        ({"top_k": 101, "metadata": "none"}, "top_k"),
        ({"metadata": "some"}, "metadata"),
        ({"namespace": "n" * 65}, "namespace"),
        ({"id": "x"}, "text"),
        ({"filter": {"": 1}}, "filter."),
        ({"filter": {"a": {"$near": 1}}}, "filter.a"),
        ({"filter": {"a": {"$in": 1}}}, "filter.a"),
        ({"filter": {"a": {"$eq": [1]}}}, "filter.a"),
        ({"filter": {"a": [1]}}, "filter.a"),
        ({"filter": {"$or": 1}}, "filter.$or"),
        ({"filter": {"a": {"$in": ["x" * 40] * 60}}}, "filter"),
    ],
)
def test_rejects_an_invalid_search_before_calling_the_model(fields, param):
    index = FakeIndex()
    app = app_with(index)
    assert error(app.ask("/search", {"text": "a", **fields})) == (400, "invalid_request", param)
    assert (app.model.calls, index.calls) == ([], [])


def test_gets_in_calls_of_20_and_deletes_in_calls_of_100():
    index = FakeIndex()
    app = app_with(index)
    put(app, {"documents": documents(45)})
    names = [f"doc-{number}" for number in range(50)]
    answer = json_of(app.send("GET", "/vectors", query="ids=" + ",".join(names[:25]) + "&ids=" + ",".join(names[25:])))
    assert [len(call) for call in index.named("getByIds")] == [20, 20, 10]
    assert [item["id"] for item in answer["vectors"]] == names[:45]
    assert answer["missing"] == sorted(names[45:])
    deleted = json_of(app.send("DELETE", "/vectors", json.dumps({"ids": [f"x{n}" for n in range(250)]}).encode()))
    assert [len(call) for call in index.named("deleteByIds")] == [100, 100, 50]
    assert deleted["count"] == 250


@pytest.mark.parametrize("query", ["", "ids=", "ids=" + ",".join(map(str, range(101)))])
def test_rejects_a_get_without_ids_or_with_too_many(query):
    index = FakeIndex()
    assert app_with(index).send("GET", "/vectors", query=query).status in (400, 413)
    assert index.calls == []


def test_waiting_ends_when_the_write_is_visible():
    index = FakeIndex(polls=4)
    app = app_with(index)
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is True
    assert app.slept == [0.25, 0.5, 1.0]


def test_waiting_ends_after_wait_s():
    index = FakeIndex(polls=10**6)
    app = app_with(index, WAIT_S="7")
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is False
    assert sum(app.slept) <= 7
    assert app.scope.extended == [12_000]


def test_a_failed_poll_does_not_fail_an_accepted_write():
    index = FakeIndex()
    app = app_with(index)
    put(app, {"documents": documents(1)})
    index.fail_describe = True
    answer = json_of(put(app, {"documents": documents(1), "wait": True}))
    assert answer == {"count": 1, "mutation_ids": ["m2"], "visible": None}


def test_a_later_mutation_of_another_writer_proves_visibility():
    index = FakeIndex(polls=10**6)
    app = app_with(index, WAIT_S="3")
    index.other_writer = "1970-01-01T00:16:39.000Z"
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is False
    index.other_writer = "2030-01-01T00:00:00.000Z"
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is True
