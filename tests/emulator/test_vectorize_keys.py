"""The metadata indexes of the Vectorize emulator, and what a filter selects."""

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.vectorize import filters, keys
from emulator.vectorize.errors import VectorizeError
from emulator.vectorize.keys import Property
from emulator.vectorize.ports import Select
from tests.emulator.plain import PlainDatabase

PROPERTIES = [
    Property("lang", "string", since=100),
    Property("year", "number", since=100),
    Property("public", "boolean", since=100),
    Property("author.name", "string", since=100),
]
METADATA = {"lang": "de", "year": 1999, "public": True, "author": {"name": "Ada"}, "free": "text"}


def rows_of(vectors, filter_=None, namespace=None):
    """Return the rows that a filter selects. Each vector is its indexed values; the first one has row 0."""
    database = PlainDatabase()
    for table in keys.TABLES:
        database.rows(Select(table))
    found = [(name, value, row) for row, values in enumerate(vectors) for name, value in values.items()]
    database.rows(keys.insertion(found))
    selected = keys.selection(namespace, filters.parse(filter_) if filter_ else [], PROPERTIES)
    return sorted(row for (row,) in database.rows(selected))


def found(filter_, metadata=METADATA, written=100):
    return rows_of([keys.indexed(metadata, written, PROPERTIES)], filter_) == [0]


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
    assert keys.indexed(metadata, 100, PROPERTIES) == {}


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a" * 64, 64), ("a" * 65, 64), ("ä" * 33, 32), ("a" + "ä" * 32, 32), ("🤗" * 17, 16), ("a" + "🤗" * 16, 16)],
)
def test_strings_are_indexed_up_to_64_bytes_and_only_whole_characters(text, kept):
    assert keys.truncated(text) == text[:kept]


def test_a_long_string_is_found_by_its_first_64_bytes():
    metadata = {"lang": "x" * 100}
    assert found({"lang": "x" * 64}, metadata)
    assert not found({"lang": "x" * 63}, metadata)
    assert not found({"lang": "x" * 100}, metadata)


def test_indexed_metadata_is_returned_as_nested_objects():
    values = keys.indexed(METADATA, 100, PROPERTIES)
    assert keys.nested(values) == {"lang": "de", "year": 1999, "public": True, "author": {"name": "Ada"}}


def test_a_selection_joins_the_namespace_and_all_keys():
    rows = [
        {keys.NAMESPACE: "n", "lang": "de", "year": 1},
        {keys.NAMESPACE: "m", "lang": "de", "year": 2},
        {"lang": "de", "year": 3},
        {keys.NAMESPACE: "n", "lang": "en", "year": 4},
    ]
    assert rows_of(rows, namespace="n") == [0, 3]
    assert rows_of(rows, {"lang": "de"}, "n") == [0]
    assert rows_of(rows, {"lang": "de", "year": {"$gt": 1}}) == [1, 2]
    assert rows_of(rows, {"lang": "de", "year": {"$gt": 1}}, "m") == [1]
    assert rows_of(rows, {"lang": "de", "free": {"$ne": 1}}) == []
    assert keys.selection(None, [], PROPERTIES) is None


def test_one_key_can_have_several_conditions():
    rows = [{"author.name": name} for name in ("Ada", "Bob", "Cleo")]
    assert rows_of(rows, {"author.name": {"$gt": "Ada"}, "author": {"name": {"$ne": "Bob"}}}) == [2]


def test_a_selection_has_at_most_100_bindings():
    properties = [Property(f"p{number}", "number", since=0) for number in range(10)]
    conditions = [filters.Condition(f"p{number % 10}", "$ne", number) for number in range(89)]
    assert len(keys.selection("n", conditions[1:], properties).bindings) == 100
    with pytest.raises(VectorizeError, match="at most 88 conditions, and has 89"):
        keys.selection("n", conditions, properties)


def test_keys_without_a_metadata_index_need_no_bindings():
    conditions = filters.parse({"lang": "de", **{f"a{number}": {"$in": [number]} for number in range(99)}})
    assert keys.selection("n", conditions, PROPERTIES).bindings == ()
    assert rows_of([METADATA], {"lang": "de", "a": {"$nin": [1]}}) == []


# texts whose order by code points differs from that by UTF-16, and values that SQLite could confuse with others
STRINGS = st.sampled_from(["", "0", "1", "1.0", "a", "ab", "b", "ä", "\uffff", "🤗", "'", "%"])
NUMBERS = st.sampled_from([0, 1, -1, 1.5, 2, 1e300, -(2**53), 2**53])
VALUES = {"lang": STRINGS, "year": NUMBERS, "public": st.booleans(), "author.name": STRINGS}
OPERANDS = st.one_of(STRINGS, NUMBERS, st.booleans(), st.none())
TESTS = st.one_of(
    st.fixed_dictionaries({"$eq": OPERANDS}),
    st.fixed_dictionaries({"$ne": OPERANDS}),
    st.fixed_dictionaries({"$in": st.lists(OPERANDS, max_size=3)}),
    st.fixed_dictionaries({"$nin": st.lists(OPERANDS, max_size=3)}),
    st.dictionaries(st.sampled_from(["$lt", "$gte"]), st.one_of(STRINGS, NUMBERS), min_size=1),
    st.dictionaries(st.sampled_from(["$lte", "$gt"]), st.one_of(STRINGS, NUMBERS), min_size=1),
)
ORDER = {"$lt": operator.lt, "$lte": operator.le, "$gt": operator.gt, "$gte": operator.ge}


def same(left, right):
    return filters.kind(left) == filters.kind(right) and left == right


def meets(value, name, operand):
    match name:
        case "$eq" | "$ne":
            return same(value, operand) is (name == "$eq")
        case "$in" | "$nin":
            return any(same(value, each) for each in operand) is (name == "$in")
    return filters.kind(value) == filters.kind(operand) and ORDER[name](value, operand)


@given(
    st.lists(st.fixed_dictionaries({}, optional=VALUES), max_size=5),
    st.dictionaries(st.sampled_from([*VALUES, "free"]), TESTS, min_size=1),
)
def test_sql_selects_what_the_definition_of_the_operators_selects(vectors, filter_):
    expected = [
        row
        for row, values in enumerate(vectors)
        if all(
            key in values and meets(values[key], name, operand)
            for key, tests in filter_.items()
            for name, operand in tests.items()
        )
    ]
    assert rows_of(vectors, filter_) == expected
