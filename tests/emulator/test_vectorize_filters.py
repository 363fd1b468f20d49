"""Filters that the Vectorize emulator rejects."""

import pytest

from emulator.vectorize import filters
from emulator.vectorize.errors import VectorizeError


@pytest.mark.parametrize(
    ("filter_", "message"),
    [
        ({}, "non-empty"),
        ({"": 1}, "key"),
        ({"a..b": 1}, "key"),
        ({'a"b': 1}, "key"),
        ({"$eq": 1}, "key"),
        ({"a" * 513: 1}, "key"),
        ({"a": {}}, "no operator"),
        ({"a": [1]}, "can't take"),
        ({"a": {"$eq": [1]}}, "can't take"),
        ({"a": {"$in": 1}}, "can't take"),
        ({"a": {"$in": [[1]]}}, "can't take"),
        ({"a": {"$gt": True}}, "can't take"),
        ({"a": {"$gt": None}}, "can't take"),
        ({"a": {"$regex": "x"}}, "not an operator"),
        ({"a": {"$gt": 1, "$gte": 1}}, "can't combine"),
        ({"a": {"$eq": 1, "$lt": 2}}, "can't combine"),
        ({"a": {"$gt": 1, "b": 2}}, "can't combine"),
    ],
)
def test_rejects_an_invalid_filter(filter_, message):
    with pytest.raises(VectorizeError, match=message) as caught:
        filters.parse(filter_)
    assert caught.value.code == 40026


def test_a_filter_has_at_most_2047_bytes_of_compact_json():
    filter_ = {"a": "ä" * 1019}
    assert len(b'{"a":""}') + 2 * 1019 == 2046
    filters.parse(filter_)
    filters.parse({"aa": "ä" * 1019})
    with pytest.raises(VectorizeError, match="2048"):
        filters.parse({"aaa": "ä" * 1019})
