"""The messages of the ingestion queue, and their limits."""

from embedder.operations import messages
from tests.core.fakes import error
from tests.core.ingestion import Ingestion, documents


def test_a_message_over_the_limit_of_queues_is_rejected_with_its_path():
    made = Ingestion()
    given = documents(3)
    given[2]["text"] = "x" * messages.MAX_BODY_BYTES
    assert error(made.put(given, keep_text=False)) == (413, "payload_too_large", "documents[2]")
    assert made.ingest.sent == []


def test_a_call_of_the_queue_has_at_most_256_kilobytes():
    bodies = ["x" * 100_000] * 5
    parts = list(messages.batches(bodies))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert [body for part in parts for body in part] == bodies
