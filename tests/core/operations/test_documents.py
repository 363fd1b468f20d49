"""The operations on the index, on a fake one: upsert, also through the queue, get."""

import json

import pytest

from tests.core.fake_index import FakeIndex, app_with, documents, put
from tests.core.fakes import FakeQueue, error, json_of
from tests.core.ingestion import LONG, Ingestion
from tests.core.ingestion import documents as queueable


def test_documents_get_the_document_prompt_and_store_their_text():
    index = FakeIndex()
    app = app_with(index)
    body = {"documents": [{"id": "a", "text": "T", "title": "H", "metadata": {"lang": "en"}}, {"id": "b", "text": "U"}]}
    answer = json_of(put(app, {**body, "namespace": "n"}))
    assert answer == {"count": 2, "mutation_ids": ["m1"], "visible": None}
    assert app.model.calls == [["title: H | text: T", "title: none | text: U"]]
    assert index.vectors["a"]["metadata"] == {"lang": "en", "text": "T"}
    assert (index.vectors["a"]["namespace"], len(index.vectors["a"]["values"])) == ("n", 768)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"documents": []}, (400, "invalid_request", "documents")),
        ({"documents": documents(1001)}, (413, "batch_too_large", "documents")),
        ({"documents": documents(1) * 2}, (400, "invalid_request", "documents[1].id")),
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


@pytest.mark.parametrize("query", ["", "ids=", "ids=" + ",".join(map(str, range(101)))])
def test_rejects_a_get_without_ids_or_with_too_many(query):
    index = FakeIndex()
    assert app_with(index).send("GET", "/vectors", query=query).status in (400, 413)
    assert index.calls == []


def test_queued_documents_are_answered_with_a_receipt_and_no_call_of_the_model():
    made = Ingestion()
    answer = made.put(queueable(250), namespace="n", task="query")
    assert answer.status == 202
    assert json_of(answer) == {"ids": [f"d{n}" for n in range(250)], "count": 250, "request_id": "generated-id"}
    assert [len(part) for part in made.ingest.sent] == [100, 100, 50]
    first = {"version": 1, "request_id": "generated-id", "namespace": "n", "task": "query"}
    assert json.loads(made.ingest.bodies[0]) == {
        **first,
        "document": {"id": "d0", "text": "text 0", "title": None, "metadata": None},
    }
    assert made.app.model.calls == []
    assert (made.log["status"], made.log["queued"]) == (202, 250)


def test_another_worker_gets_the_receipt_too():
    made = Ingestion()
    reply = json.loads(made.app.call("upsert", queueable(1), {"queue": True}).text)
    assert (reply["ok"], reply["ids"], reply["task"]) == (True, ["d0"], "search_document")


def test_without_a_queue_the_request_is_not_implemented():
    made = Ingestion(ingest=None)
    assert error(made.put(queueable(1))) == (501, "queue_not_configured", None)


@pytest.mark.parametrize(
    ("bad", "param"),
    [
        ({"id": "x" * 65}, "documents[1].id"),
        ({"metadata": {"a.b": 1}}, "documents[1].metadata"),
        ({"text": ""}, "documents[1].text"),
        ({"text": LONG}, "documents[1].text"),
        ({"id": "d0"}, "documents[1].id"),
    ],
)
def test_what_could_never_be_stored_is_rejected_before_anything_is_queued(bad, param):
    made = Ingestion()
    given = queueable(2)
    given[1] |= bad
    answer = made.put(given, keep_text=False, truncate="error")
    assert (answer.status, error(answer)[2]) == (400, param)
    assert made.ingest.sent == []


def test_wait_and_queue_exclude_each_other():
    assert error(Ingestion().put(queueable(1), wait=True)) == (400, "invalid_request", "wait")


def test_an_index_that_does_not_fit_is_found_before_anything_is_queued():
    made = Ingestion(index=FakeIndex(dimensions=384))
    assert error(made.put(queueable(1)))[:2] == (409, "index_mismatch")
    assert made.ingest.sent == []


def test_a_failure_half_way_names_what_the_queue_accepted():
    made = Ingestion(ingest=FakeQueue(fail_call=2))
    answer = made.put(queueable(250))
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    body = json_of(answer)
    assert body["accepted"] == [f"d{n}" for n in range(200)]
    assert body["not_accepted"] == [f"d{n}" for n in range(200, 250)]
    assert made.log["queued"] == 200
