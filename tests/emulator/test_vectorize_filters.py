"""Metadata indexes and filters of the Vectorize emulator."""

import pytest

from emulator.vectorize import filters
from emulator.vectorize.errors import VectorizeError
from emulator.vectorize.filters import Property

PROPERTIES = [
    Property("lang", "string", since=100),
    Property("year", "number", since=100),
    Property("public", "boolean", since=100),
    Property("author.name", "string", since=100),
]
METADATA = {"lang": "de", "year": 1999, "public": True, "author": {"name": "Ada"}, "free": "text"}


def found(filter_, metadata=METADATA, written=100):
    keys = filters.indexed(metadata, written, PROPERTIES)
    return filters.matches(keys, filters.parse(filter_))


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({"lang": "de"}, True),
        ({"lang": "en"}, False),
        ({"lang": {"$eq": "de"}}, True),
        ({"lang": {"$ne": "de"}}, False),
        ({"lang": {"$ne": "en"}}, True),
        ({"lang": {"$in": ["en", "de"]}}, True),
        ({"lang": {"$in": ["en"]}}, False),
        ({"lang": {"$in": []}}, False),
        ({"lang": {"$nin": ["en"]}}, True),
        ({"lang": {"$nin": ["en", "de"]}}, False),
        ({"lang": {"$gte": "d", "$lt": "e"}}, True),
        ({"lang": {"$gt": "de"}}, False),
        ({"lang": {"$gte": "de"}}, True),
        ({"year": 1999}, True),
        ({"year": 1999.0}, True),
        ({"year": {"$lt": 1999}}, False),
        ({"year": {"$lt": 1999.5}}, True),
        ({"year": {"$lte": 1999}}, True),
        ({"year": {"$gt": 1998, "$lte": 1999}}, True),
        ({"year": {"$gt": 1998, "$lt": 1999}}, False),
        ({"public": True}, True),
        ({"public": {"$ne": True}}, False),
        ({"public": {"$in": [False]}}, False),
        ({"author.name": "Ada"}, True),
        ({"author": {"name": "Ada"}}, True),
        ({"author": {"name": {"$ne": "Ada"}}}, False),
        ({"lang": "de", "year": {"$gte": 1990}}, True),
        ({"lang": "de", "year": {"$gte": 2000}}, False),
    ],
)
def test_operators(filter_, expected):
    assert found(filter_) is expected


@pytest.mark.parametrize(
    "filter_",
    [
        {"year": True},
        {"year": "1999"},
        {"public": 1},
        {"public": "true"},
        {"year": {"$gt": "1998"}},
        {"lang": {"$gt": 0}},
        {"lang": None},
        {"year": {"$in": [True, "1999", None]}},
    ],
)
def test_values_of_different_types_never_match(filter_):
    assert not found(filter_, {"lang": "1", "year": 1, "public": True})


def test_no_operator_matches_a_key_without_an_index():
    for condition in ("text", {"$ne": "x"}, {"$nin": ["x"]}, {"$gt": "a"}):
        assert not found({"free": condition})


def test_a_vector_older_than_the_metadata_index_is_not_found():
    assert found({"lang": {"$ne": "en"}}, written=100)
    assert not found({"lang": {"$ne": "en"}}, written=99)


def test_a_value_whose_type_differs_from_the_index_is_not_indexed():
    metadata = {"lang": 7, "year": "1999", "public": 1, "author": "Ada"}
    assert filters.indexed(metadata, 100, PROPERTIES) == {}


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a" * 64, 64), ("a" * 65, 64), ("ä" * 33, 32), ("a" + "ä" * 32, 32), ("🤗" * 17, 16), ("a" + "🤗" * 16, 16)],
)
def test_strings_are_indexed_up_to_64_bytes_and_only_whole_characters(text, kept):
    assert filters.truncated(text) == text[:kept]


def test_a_long_string_is_found_by_its_first_64_bytes():
    metadata = {"lang": "x" * 100}
    assert found({"lang": "x" * 64}, metadata)
    assert not found({"lang": "x" * 63}, metadata)
    assert not found({"lang": "x" * 100}, metadata)


def test_indexed_metadata_is_returned_as_nested_objects():
    keys = filters.indexed(METADATA, 100, PROPERTIES)
    assert filters.nested(keys) == {"lang": "de", "year": 1999, "public": True, "author": {"name": "Ada"}}


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
