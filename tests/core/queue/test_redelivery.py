"""When a message is delivered again, and when no more."""

import pytest

from embedder.queue import redelivery
from embedder.queue.redelivery import FIRST_DELAY_S, LONGEST_DELAY_S, MAX_ATTEMPTS, MAX_ATTEMPTS_INVALID
from tests.core.fakes import FakeAnswer, FakeModel, code
from tests.core.ingestion import BUSY, Ingestion, documents, failing


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


@pytest.mark.parametrize(
    ("reply", "limit"), [(BUSY, MAX_ATTEMPTS), (lambda _: FakeAnswer("invalid", 200, "wrong"), MAX_ATTEMPTS_INVALID)]
)
def test_after_the_last_attempt_there_is_a_dead_letter_with_the_last_reason(reply, limit):
    made = Ingestion(FakeModel(reply))
    assert made.consume(documents(1), attempts=limit - 1).retried
    batch = made.consume(documents(1), attempts=limit)
    assert batch.acknowledged == [0]
    assert made.letters["d0"]["attempts"] == limit
