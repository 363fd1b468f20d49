"""The rows of texts that are embedded and also stored."""

import json

import pytest

from embedder.errors import EmbedderError
from embedder.vectorize import limits
from embedder.vectorize.rows import repeated_bytes, rows_of_texts


def made(ids, metadata=None, *, keep_text=True):
    return rows_of_texts(["a", "b"], ids, "n", metadata, keep_text=keep_text, param="store")


def test_each_text_gets_its_id_and_its_metadata():
    first, second = made(["1", "2"], [{"k": 1}, {"k": 2}])
    assert (first.id, second.id, first.namespace) == ("1", "2", "n")
    assert [json.loads(row.metadata) for row in (first, second)] == [{"k": 1, "text": "a"}, {"k": 2, "text": "b"}]


def test_one_object_is_the_metadata_of_all_texts():
    assert [json.loads(row.metadata) for row in made(["1", "2"], {"k": 1}, keep_text=False)] == [{"k": 1}] * 2


@pytest.mark.parametrize(
    ("ids", "metadata", "param"), [(["1"], None, "store.ids"), (["1", "2"], [{}], "store.metadata")]
)
def test_a_wrong_number_of_ids_or_objects_is_rejected(ids, metadata, param):
    with pytest.raises(EmbedderError) as caught:
        made(ids, metadata)
    assert caught.value.param == param


def test_one_object_for_all_texts_is_checked_once(monkeypatch):
    """1,400 keys of 10 KB took as long as 140,000."""
    checked = []
    monkeypatch.setattr(limits, "_check_values", lambda metadata, _: checked.append(metadata))
    made(["1", "2"], {"k": 1})
    assert checked == [{"k": 1}]
    made(["1", "2"], [{"k": 1}, {"k": 2}])
    assert checked == [{"k": 1}, {"k": 1}, {"k": 2}]


def test_the_size_of_each_row_is_checked():
    with pytest.raises(EmbedderError) as caught:
        rows_of_texts(["a", "b" * 10_000], ["1", "2"], None, {"k": "x" * 1_000}, keep_text=True, param="store")
    assert caught.value.param == "store.metadata[1]"


def test_what_one_object_adds_to_the_rows():
    assert repeated_bytes(["a", "b", "c"], {"k": 1}) == 2 * len(b'{"k":1}')
    assert repeated_bytes(["a", "b"], [{"k": 1}, {}]) == repeated_bytes(["a"], {"k": 1}) == 0
