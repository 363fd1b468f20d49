"""Dead letters: which messages get one, and that each fits into a message."""

import json

import pytest

from embedder.errors import EmbedderError
from embedder.operations import messages
from embedder.queue import consumer, letters
from embedder.queue.redelivery import LONGEST_DELAY_S
from tests.core.fakes import FakeBatch, FakeQueue, run
from tests.core.ingestion import LONG, Ingestion, documents


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


@pytest.mark.parametrize("fault", ["not_text", "too_large", "too_deep", "too_many_values"])
def test_a_body_that_can_not_be_decoded_gets_a_dead_letter(fault):
    """It is quoted as text: one that is nested too deeply ended the isolate."""
    made = Ingestion()
    batch = FakeBatch(['{"a":1}'])
    batch._parts[0][0]["fault"] = fault
    run(consumer.handle(made.app.app, made.app.new_lifetime, "b", batch))
    letter = json.loads(made.failed.bodies[0])
    assert (letter["reason"]["code"], letter["message"]) == ("invalid_request", '{"a":1}')


def test_every_message_fits_into_a_dead_letter():
    failure = EmbedderError("invalid_request", "\0" * 10_000)
    for body in ("x" * 128_000, '{"a":"' + "\\u0000" * 20_000 + '"}', '"' * 60_000):
        letter = letters.dead_letter(body, "\0" * 64, failure, attempts=1, now_ms=0)
        assert len(letter.encode()) + messages.OVERHEAD_BYTES <= messages.MAX_MESSAGE_BYTES
    whole = json.dumps({"version": 1, "document": {"id": "a", "text": "x" * 120_000}})
    assert json.loads(letters.dead_letter(whole, "a", failure, attempts=1, now_ms=0))["message"] == json.loads(whole)


def test_a_dead_letter_that_is_not_accepted_keeps_its_message_in_the_queue():
    for failed in (FakeQueue(fail_call=0), None):
        made = Ingestion(failed=failed)
        batch = made.consume(["not JSON", *documents(1)])
        assert (batch.acknowledged, batch.retried) == ([1], {0: LONGEST_DELAY_S})
