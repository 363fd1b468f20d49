"""The ingestion queue on fakes: what is sent, what becomes of each message, and when it is acknowledged."""

import asyncio
import json

import pytest

from embedder.errors import EmbedderError
from embedder.operations import messages
from embedder.queue import consumer, letters, redelivery
from embedder.queue.consumer import MAX_CALLS
from embedder.queue.redelivery import FIRST_DELAY_S, LONGEST_DELAY_S, MAX_ATTEMPTS, MAX_ATTEMPTS_INVALID
from embedder.vectorize.store import Store
from tests.core.fake_index import FakeIndex
from tests.core.fakes import FakeAnswer, FakeApp, FakeBatch, FakeModel, FakeQueue, code, error, json_of, rows_of

BUSY = code(3040, 429)
LONG = "word " * 3000


class Ingestion:
    """An application with an index and both queues. `consume` delivers a batch."""

    def __init__(self, model=None, *, index=None, **parts):
        self.events = []
        self.index = index or FakeIndex()
        self.app = FakeApp(model)
        store = Store(self.index, clock=self.app.clock, wait_s=1)
        self.ingest, self.failed = FakeQueue(), FakeQueue()
        self.app.replace(**{"index": store, "ingest": self.ingest, "failed": self.failed, **parts})

    def put(self, documents, **options):
        body = json.dumps({"documents": documents, "queue": True, **options}).encode()
        return self.app.send("PUT", "/vectors", body)

    def consume(self, bodies, *, attempts=1):
        batch = FakeBatch(bodies, attempts=attempts, events=self.events)
        self.scopes = []

        def open_scope():
            self.scopes.append(type(self.app.scope)())
            self.scopes[-1].sleep = self.app.sleep
            return self.scopes[-1]

        asyncio.run(consumer.handle(self.app.app, open_scope, "batch-1", batch))
        assert not batch.left
        return batch

    @property
    def letters(self):
        return {letter["id"]: letter for letter in map(json.loads, self.failed.bodies)}

    @property
    def log(self):
        return json.loads(self.app.log[-1])


def documents(count, **fields):
    return [{"id": f"d{number}", "text": f"text {number}", **fields} for number in range(count)]


def failing(texts, reply):
    """Return a model that fails for calls with one of these texts."""
    return FakeModel(
        lambda given: reply(given) if any(bad in text for bad in texts for text in given) else rows_of(given)
    )


# sending


def test_queued_documents_are_answered_with_a_receipt_and_no_call_of_the_model():
    made = Ingestion()
    answer = made.put(documents(250), namespace="n", task="query")
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
    reply = json.loads(made.app.call("upsert", documents(1), {"queue": True}).text)
    assert (reply["ok"], reply["ids"], reply["task"]) == (True, ["d0"], "search_document")


def test_without_a_queue_the_request_is_not_implemented():
    made = Ingestion(ingest=None)
    assert error(made.put(documents(1))) == (501, "queue_not_configured", None)


@pytest.mark.parametrize(
    ("bad", "param"),
    [
        ({"id": "x" * 65}, "documents[1]"),
        ({"metadata": {"a.b": 1}}, "documents[1].metadata"),
        ({"text": ""}, "documents[1].text"),
        ({"text": LONG}, "documents[1]"),
        ({"id": "d0"}, "documents[1]"),
    ],
)
def test_what_could_never_be_stored_is_rejected_before_anything_is_queued(bad, param):
    made = Ingestion()
    given = documents(2)
    given[1] |= bad
    answer = made.put(given, keep_text=False, truncate="error")
    assert (answer.status, error(answer)[2]) == (400, param)
    assert made.ingest.sent == []


def test_a_message_over_the_limit_of_queues_is_rejected_with_its_path():
    made = Ingestion()
    given = documents(3)
    given[2]["text"] = "x" * messages.MAX_BODY_BYTES
    assert error(made.put(given, keep_text=False)) == (413, "payload_too_large", "documents[2]")
    assert made.ingest.sent == []


def test_wait_and_queue_exclude_each_other():
    assert error(Ingestion().put(documents(1), wait=True)) == (400, "invalid_request", "wait")


def test_an_index_that_does_not_fit_is_found_before_anything_is_queued():
    made = Ingestion(index=FakeIndex(dimensions=384))
    assert error(made.put(documents(1)))[:2] == (409, "index_mismatch")
    assert made.ingest.sent == []


def test_a_failure_half_way_names_what_the_queue_accepted():
    made = Ingestion(ingest=FakeQueue(fail_call=2))
    answer = made.put(documents(250))
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    body = json_of(answer)
    assert body["accepted"] == [f"d{n}" for n in range(200)]
    assert body["not_accepted"] == [f"d{n}" for n in range(200, 250)]
    assert made.log["queued"] == 200


def test_a_call_of_the_queue_has_at_most_256_kilobytes():
    bodies = ["x" * 100_000] * 5
    parts = list(messages.parcels(bodies))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert [body for part in parts for body in part] == bodies


# consuming


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


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("not JSON", "invalid_json"),
        ('{"version":2,"document":{"id":"a","text":"a"}}', "invalid_request"),
        ({"id": "a"}, "invalid_request"),
        ({"id": "a", "text": "a", "metadata": {"$a": 1}}, "invalid_request"),
        ({"version": 1, "namespace": "x" * 65, "document": {"id": "a", "text": "a"}}, "invalid_request"),
        (
            {"version": 1, "truncate": "error", "document": {"id": "a", "text": LONG}, "keep_text": False},
            "text_too_long",
        ),
    ],
)
def test_a_message_that_can_not_be_stored_gets_a_dead_letter(body, reason):
    made = Ingestion()
    batch = made.consume([body, *documents(1)])
    [letter] = map(json.loads, made.failed.bodies)
    assert (letter["reason"]["code"], letter["attempts"]) == (reason, 1)
    assert "documents[0]" not in letter["reason"]["message"]
    assert sorted(batch.acknowledged) == [0, 1]
    assert [*made.index.vectors] == ["d0"]


@pytest.mark.parametrize("fault", ["not_text", "too_deep"])
def test_a_body_that_can_not_be_decoded_gets_a_dead_letter(fault):
    made = Ingestion()
    batch = FakeBatch(["x"])
    batch._parts[0][0]["fault"] = fault
    asyncio.run(consumer.handle(made.app.app, type(made.app.scope), "b", batch))
    assert json.loads(made.failed.bodies[0])["reason"]["code"] == "invalid_request"


def test_every_message_fits_into_a_dead_letter():
    failure = EmbedderError("invalid_request", "\0" * 10_000)
    for body in ("x" * 128_000, '{"a":"' + "\\u0000" * 20_000 + '"}', '"' * 60_000):
        letter = letters.dead_letter(body, "\0" * 64, failure, attempts=1, now_ms=0)
        assert len(letter.encode()) + messages.OVERHEAD_BYTES <= messages.MAX_MESSAGE_BYTES
    whole = json.dumps({"version": 1, "document": {"id": "a", "text": "x" * 120_000}})
    assert json.loads(letters.dead_letter(whole, "a", failure, attempts=1, now_ms=0))["message"] == json.loads(whole)


# retrying


@pytest.mark.parametrize(
    ("reply", "attempts", "delay"),
    [
        (BUSY, 1, FIRST_DELAY_S),
        (BUSY, 4, FIRST_DELAY_S * 8),
        (BUSY, 40, LONGEST_DELAY_S),
        (code(5007, 400), 1, FIRST_DELAY_S),
    ],
)
def test_a_failing_service_is_tried_again_later(reply, attempts, delay):
    made = Ingestion(FakeModel(reply))
    batch = made.consume(documents(2), attempts=attempts)
    assert batch.retried == {0: delay, 1: delay}
    assert (made.log["retried"], made.failed.sent) == (2, [])


def test_a_used_up_quota_is_waited_for_until_midnight_but_not_longer_than_queues_allows():
    for hour, delay in ((20, 4 * 3600), (2, redelivery.MAX_DELAY_S)):
        made = Ingestion(FakeModel(code(4006, 429)))
        made.app.now = hour * 3_600_000
        assert made.consume(documents(1)).retried[0] == pytest.approx(delay, abs=2)
        assert len(made.app.model.calls) == 1


def test_other_documents_are_not_tried_while_the_service_is_busy():
    made = Ingestion(failing(["text 0"], BUSY))
    made.consume(documents(100))
    assert {len(call) for call in made.app.model.calls} == {100}


def test_from_the_third_attempt_on_a_document_that_breaks_the_service_is_found():
    broken = lambda _: FakeAnswer("http", 500, "")  # noqa: E731
    made = Ingestion(failing(["text 7 ", "text 7"], broken))
    assert len(made.consume(documents(10)).retried) == 10
    batch = made.consume(documents(10), attempts=3)
    assert (sorted(batch.acknowledged), [*batch.retried]) == ([n for n in range(10) if n != 7], [7])


def test_a_service_that_is_down_gets_few_calls():
    made = Ingestion(FakeModel(lambda _: FakeAnswer("invalid", 200, "wrong")))
    batch = made.consume(documents(100))
    assert len(made.app.model.calls) <= consumer.MAX_FAILURES_IN_A_ROW
    assert len(batch.retried) == 100


@pytest.mark.parametrize(
    ("reply", "limit"), [(BUSY, MAX_ATTEMPTS), (lambda _: FakeAnswer("invalid", 200, "wrong"), MAX_ATTEMPTS_INVALID)]
)
def test_after_the_last_attempt_there_is_a_dead_letter_with_the_last_reason(reply, limit):
    made = Ingestion(FakeModel(reply))
    assert made.consume(documents(1), attempts=limit - 1).retried
    batch = made.consume(documents(1), attempts=limit)
    assert batch.acknowledged == [0]
    assert made.letters["d0"]["attempts"] == limit


def test_the_calls_of_a_batch_are_bounded_and_the_rest_is_retried_at_once():
    made = Ingestion(FakeModel(code(3010, 400)))
    batch = made.consume(documents(100))
    assert len(made.app.model.calls) == MAX_CALLS
    assert batch.retried
    assert set(batch.retried.values()) == {0}
    assert len(batch.acknowledged) == len(made.letters) > 40


def test_a_dead_letter_that_is_not_accepted_keeps_its_message_in_the_queue():
    for failed in (FakeQueue(fail_call=0), None):
        made = Ingestion(failed=failed)
        batch = made.consume(["not JSON", *documents(1)])
        assert (batch.acknowledged, batch.retried) == ([1], {0: LONGEST_DELAY_S})


def test_a_mistake_of_the_program_loses_nothing():
    made = Ingestion()
    made.index._upsert = lambda *_: 1 / 0
    batch = made.consume(["not JSON", *documents(2)])
    assert (batch.acknowledged, [*batch.retried]) == ([], [0, 1, 2])
    assert (made.log["status"], made.log["code"], made.log["retried"]) == (500, "internal_error", 3)


def test_each_call_has_its_own_deadline_and_no_timer_is_left():
    made = Ingestion(failing(["text 0"], code(3010, 400)))
    made.consume(documents(4))
    assert len(made.scopes) > len(made.app.model.calls)
    assert all(scope.aborted for scope in made.scopes)


# documents with the same id


def test_of_two_versions_of_a_document_the_later_one_is_stored():
    made = Ingestion()
    batch = made.consume([{"id": "a", "text": "old"}, {"id": "b", "text": "b"}, {"id": "a", "text": "new"}])
    assert made.index.vectors["a"]["metadata"]["text"] == "new"
    assert sorted(batch.acknowledged) == [0, 1, 2]


def test_insert_keeps_the_first_version_and_never_replaces_an_upsert():
    made = Ingestion()
    insert = [{"version": 1, "mode": "insert", "document": {"id": "a", "text": text}} for text in ("first", "second")]
    made.index._insert = lambda items, rows: made.index._upsert(items, rows)
    made.consume([*insert])
    assert made.index.vectors["a"]["metadata"]["text"] == "first"
    made.consume([{"id": "a", "text": "upsert"}, *insert])
    assert made.index.vectors["a"]["metadata"]["text"] == "upsert"


def test_if_the_later_version_is_rejected_the_earlier_one_gets_its_turn():
    made = Ingestion(failing(["new"], code(3010, 400)))
    batch = made.consume([{"id": "a", "text": "old"}, {"id": "a", "text": "new"}])
    assert (batch.acknowledged, batch.retried) == ([1], {0: 0})
    assert made.letters["a"]["message"]["document"]["text"] == "new"


def test_invalid_answers_for_a_whole_batch_give_no_dead_letters_to_documents_that_did_not_fail_alone():
    made = Ingestion(FakeModel(lambda _: FakeAnswer("invalid", detail="all zeros")))
    batch = made.consume(documents(100), attempts=MAX_ATTEMPTS_INVALID)
    assert len(batch.retried) > 90
    assert len(made.letters) + len(batch.retried) == 100
