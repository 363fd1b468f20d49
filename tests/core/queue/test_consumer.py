"""The consumer of the queue, on fakes: what becomes of each message, and when it is acknowledged."""

import json

import pytest

from embedder.embedding import tokens
from embedder.errors import EmbedderError
from embedder.queue import consumer
from embedder.queue.consumer import MAX_CALLS
from embedder.queue.redelivery import MAX_ATTEMPTS_INVALID
from tests.core.fake_index import FakeIndex
from tests.core.fakes import FakeAnswer, FakeModel, code
from tests.core.ingestion import Ingestion, documents, failing


def test_a_batch_takes_one_call_of_the_model_and_one_write():
    made = Ingestion()
    given = [{"version": 1, "namespace": f"n{n % 3}", "document": item} for n, item in enumerate(documents(100))]
    given[5]["task"] = "query"
    batch = made.consume(given)
    assert [len(call) for call in made.app.model.calls] == [100]
    assert made.app.model.calls[0][5] == "task: search result | query: text 5"
    assert made.app.model.calls[0][6] == "title: none | text: text 6"
    assert (made.index.vectors["d4"]["namespace"], made.index.mutations) == ("n1", 1)
    assert batch.acknowledged == [*range(100)]
    line = made.log
    assert (line["method"], line["path"], line["status"], line["written"]) == ("QUEUE", "ingest", 200, 100)
    assert (line["texts"], line["request_id"]) == (100, "batch-1")
    assert "text 5" not in made.app.log[-1]


def test_the_tokens_of_a_batch_are_estimated_together(monkeypatch):
    estimated = []
    monkeypatch.setattr(tokens, "_estimate", lambda text, _: estimated.append(text) or 7)
    made = Ingestion()
    made.consume(documents(3))
    assert (len(estimated), made.log["tokens"]) == (3, 21)
    made.consume([{"version": 1, "truncate": "error", "document": item} for item in documents(3)])
    assert len(estimated) == 3 + 6  # also each of them, to reject those that are too long


def test_requests_run_between_large_messages():
    made = Ingestion()
    made.consume(
        [{"version": 1, "keep_text": False, "document": {**item, "text": "a " * 30_000}} for item in documents(4)]
    )
    assert (made.lifetimes[0].yields, made.log["written"]) == (3, 4)


def test_what_was_queued_is_stored_as_an_upsert_would_store_it():
    queued, direct = Ingestion(), Ingestion()
    given = [{"id": "a", "text": "one", "title": "T", "metadata": {"year": 2026}}, {"id": "b", "text": "two"}]
    queued.put(given, namespace="n", keep_text=True)
    queued.consume(queued.ingest.bodies)
    direct.app.send("PUT", "/vectors", json.dumps({"documents": given, "namespace": "n"}).encode())
    assert queued.index.vectors == direct.index.vectors
    assert queued.app.model.calls == direct.app.model.calls


def test_nothing_is_acknowledged_before_it_is_written():
    made = Ingestion()
    write = made.index._upsert
    made.index._upsert = lambda *given: (made.events.append("written"), write(*given))[1]
    made.consume(documents(3))
    assert made.events == ["written", "acknowledged"]


def test_without_memory_a_batch_is_delivered_again_soon():
    made = Ingestion()
    batch = made.consume(documents(3), busy=True)
    assert batch.retried == dict.fromkeys(range(3), 5)
    assert (made.log["code"], made.log["retried"], made.letters) == ("rate_limited", 3, {})
    assert not made.app.model.calls


@pytest.mark.parametrize("count", [1, 2, 3, 100])
@pytest.mark.parametrize("reply", [code(3010, 400), code(3006, 413)])
def test_a_rejected_document_fails_alone(count, reply):
    made = Ingestion(failing(["text 0", "text 50"], reply))
    batch = made.consume(documents(count))
    bad = [n for n in (0, 50) if n < count]
    assert sorted(made.letters) == [f"d{n}" for n in bad]
    assert sorted(made.index.vectors) == sorted(f"d{n}" for n in range(count) if n not in bad)
    assert sorted(batch.acknowledged) == [*range(count)]
    letter = made.letters["d0"]
    assert letter["reason"]["code"] in ("invalid_request", "payload_too_large")
    assert letter["reason"]["upstream_code"] in (3010, 3006)
    assert letter["message"]["document"]["text"] == "text 0"
    assert made.log["failed"] == len(bad)


def test_a_document_that_the_index_rejects_fails_alone():
    index = FakeIndex()
    write = index._upsert

    def upsert(items, rows):
        if any(item["id"] == "d3" for item in items):
            raise EmbedderError("invalid_request", "Vectorize rejected the request", upstream_code=40012)
        return write(items, rows)

    index._upsert = upsert
    made = Ingestion(index=index)
    batch = made.consume(documents(10))
    assert [*made.letters] == ["d3"]
    assert (len(index.vectors), sorted(batch.acknowledged)) == (9, [*range(10)])


def test_a_service_that_is_down_gets_few_calls():
    made = Ingestion(FakeModel(lambda _: FakeAnswer("invalid", 200, "wrong")))
    batch = made.consume(documents(100))
    assert len(made.app.model.calls) <= consumer.MAX_FAILURES_IN_A_ROW
    assert len(batch.retried) == 100


def test_the_calls_of_a_batch_are_bounded_and_the_rest_is_retried_at_once():
    made = Ingestion(FakeModel(code(3010, 400)))
    batch = made.consume(documents(100))
    assert len(made.app.model.calls) == MAX_CALLS
    assert batch.retried
    assert set(batch.retried.values()) == {0}
    assert len(batch.acknowledged) == len(made.letters) > 40


def test_a_mistake_of_the_program_loses_nothing():
    made = Ingestion()
    made.index._upsert = lambda *_: 1 / 0
    batch = made.consume(["not JSON", *documents(2)])
    assert (batch.acknowledged, [*batch.retried]) == ([], [0, 1, 2])
    assert (made.log["status"], made.log["code"], made.log["retried"]) == (500, "internal_error", 3)


def test_each_call_has_its_own_deadline_and_no_timer_is_left():
    made = Ingestion(failing(["text 0"], code(3010, 400)))
    made.consume(documents(4))
    batch, *calls = made.lifetimes
    assert len(calls) >= len(made.app.model.calls)
    assert batch.extended == [25_000] * len(calls)
    assert [lifetime.closed for lifetime in calls].count(False) == sum(bool(lifetime.aborted) for lifetime in calls) > 0
    assert batch.closed


def test_invalid_answers_for_a_whole_batch_give_no_dead_letters_to_documents_that_did_not_fail_alone():
    made = Ingestion(FakeModel(lambda _: FakeAnswer("invalid", detail="all zeros")))
    batch = made.consume(documents(100), attempts=MAX_ATTEMPTS_INVALID)
    assert len(batch.retried) > 90
    assert len(made.letters) + len(batch.retried) == 100
