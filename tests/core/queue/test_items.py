"""Documents of a batch with the same id."""

from tests.core.fakes import code
from tests.core.ingestion import Ingestion, failing


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
