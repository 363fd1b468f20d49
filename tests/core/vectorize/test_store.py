"""The operations on the index, on a fake one: order, partial failures, an index that does not fit."""

import json

import pytest

from embedder.errors import EmbedderError
from tests.core.fake_index import MATCHES, FakeIndex, app_with, documents, put
from tests.core.fakes import code, error, json_of


def test_1000_documents_are_written_in_ten_calls_in_order():
    index = FakeIndex()
    app = app_with(index)
    answer = json_of(put(app, {"documents": documents(1000), "mode": "insert", "keep_text": False}))
    assert answer["mutation_ids"] == [f"m{number}" for number in range(1, 11)]
    written = index.named("insert")
    assert [item["id"] for batch in written for item in batch] == [item["id"] for item in documents(1000)]
    assert "metadata" not in written[0][0]
    assert app.model.most_in_flight == 6


def test_rejects_an_index_with_other_dimensions_before_calling_the_model():
    app = app_with(FakeIndex(dimensions=1024))
    assert error(put(app, {"documents": documents(1)}))[:2] == (409, "index_mismatch")
    assert error(app.ask("/search", {"text": "a"}))[:2] == (409, "index_mismatch")
    assert app.model.calls == []
    assert json_of(app.send("GET", "/index"))["fits"] is False


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
        ({"mutationId": ""}, "upstream_invalid"),
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


@pytest.mark.parametrize(
    ("options", "reserved"),
    [
        ({"metadata": "none"}, []),
        ({"metadata": "indexed", "top_k": 7}, []),
        ({"top_k": 7}, [7]),
        ({"metadata": "none", "exact": True, "top_k": 9}, [9]),
        ({"diversity": 0.5}, [50]),
    ],
)
def test_a_search_reserves_room_for_the_stored_vectors_that_it_gets(options, reserved):
    index = FakeIndex()
    assert app_with(index).ask("/search", {"text": "a", **options}).status == 200
    assert index.reserved == reserved


def test_values_are_returned_only_on_request():
    app = app_with(FakeIndex(matches=MATCHES))
    assert "values" not in json_of(app.ask("/search", {"text": "a"}))["matches"][0]
    asked = app.ask("/search", {"text": "a", "values": True})
    assert json_of(asked)["matches"][0]["values"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        [{"id": "other", "values": 0}],
        [{"id": "a", "values": 0}, {"id": "a", "values": 1}],
        [{"id": "a", "values": 0}, {"id": "A", "values": 1}],
    ],
)
def test_vectors_that_were_not_asked_for_are_an_invalid_answer(answer):
    index = FakeIndex(found=answer)
    app = app_with(index)
    assert error(app.send("GET", "/vectors", query="ids=a,b"))[:2] == (502, "upstream_invalid")


def test_wrong_dimensions_are_asked_for_again():
    index = FakeIndex(dimensions=0)
    app = app_with(index)
    assert put(app, {"documents": documents(1)}).status == 409
    index.dimensions = 768
    assert [put(app, {"documents": documents(1)}).status for _ in range(2)] == [200, 200]
    assert len(index.named("describe")) == 2


@pytest.mark.parametrize("asked", [{"values": True}, {"exact": True}, {"min_score": 0.1}, {"diversity": 0.5}])
def test_a_match_without_its_values_is_an_invalid_answer(asked):
    index = FakeIndex(matches=[{"id": "a", "score": 0.9, "values": 0}, {"id": "b", "score": 0.2}])
    assert error(app_with(index).ask("/search", {"text": "a", **asked}))[:2] == (502, "upstream_invalid")
    assert app_with(index).ask("/search", {"text": "a"}).status == 200
