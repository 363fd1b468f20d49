"""What Vectorize would reject is rejected before the model is called."""

import json
from itertools import combinations

import pytest

from embedder.errors import EmbedderError
from embedder.vectorize import limits
from emulator.vectorize import filters
from emulator.vectorize.errors import VectorizeError
from tests.core.api.mcp.messages import message
from tests.core.emulated import EmulatedIndex
from tests.core.fake_index import FakeIndex, app_with, put
from tests.core.fakes import error


@pytest.mark.parametrize(
    ("document", "param"),
    [
        ({"id": "", "text": "a"}, "documents[0].id"),
        ({"id": "é" * 33, "text": "a"}, "documents[0].id"),
        ({"id": "a", "text": ""}, "documents[0].text"),
        ({"id": "a", "text": " \n\u2003"}, "documents[0].text"),
        ({"id": "a", "text": "a", "metadata": {"n": 2**53 + 1}}, "documents[0].metadata.n"),
        ({"id": "a", "text": "a", "metadata": {"n": -12345678901234567890}}, "documents[0].metadata.n"),
        ({"id": "a", "text": "a", "metadata": {"in": {"n": [1, 10**30]}}}, "documents[0].metadata.in.n"),
        ({"id": "a", "text": "a", "metadata": {"": 1}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {"a.b": 1}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {'a"b': 1}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {"$a": 1}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {"in": {"$a": 1}}}, "documents[0].metadata.in"),
        ({"id": "a", "text": "a", "metadata": {"text": "mine"}}, "documents[0].metadata.text"),
        ({"id": "a", "text": "é" * 5120}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "metadata": {"x": "y" * 10240}}, "documents[0].metadata"),
        ({"id": "a", "text": "a", "extra": 1}, "documents[0]"),
    ],
)
def test_rejects_documents_that_vectorize_would_reject(document, param):
    index = FakeIndex()
    app = app_with(index)
    status, code, where = error(put(app, {"documents": [document]}))
    assert (status, code, where) == (400, "invalid_request", param)
    assert (app.model.calls, index.calls) == ([], [])


@pytest.mark.parametrize("metadata", [{"in": [{"$a": {"b.c": 1}}]}, {"in": [[{"": 1}]]}])
def test_keys_inside_a_list_may_be_any_text(metadata):
    """The emulator of Vectorize takes them, too."""
    for index in (FakeIndex(), EmulatedIndex()):
        sent = {"documents": [{"id": "a", "text": "a", "metadata": metadata}]}
        assert put(app_with(index), sent).status == 200


def test_integers_inside_objects_of_a_list_are_checked():
    sent = {"documents": [{"id": "a", "text": "a", "metadata": {"in": [{"$n": [10**17]}]}}]}
    assert error(put(app_with(FakeIndex()), sent)) == (400, "invalid_request", "documents[0].metadata.in.$n")


def test_the_largest_integer_that_keeps_its_digits_is_stored():
    index = FakeIndex()
    assert put(app_with(index), {"documents": [{"id": "a", "text": "a", "metadata": {"n": 2**53}}]}).status == 200


def test_a_text_of_white_space_is_not_stored_by_embed_either():
    index = FakeIndex()
    app = app_with(index)
    sent = {"text": ["a", " \n"], "store": {"ids": ["a", "b"]}}
    assert error(app.ask("/embed", sent)) == (400, "invalid_request", "text[1]")
    assert (app.model.calls, index.calls) == ([], [])


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"top_k": 0}, "top_k"),
        ({"top_k": 51}, "top_k"),
        ({"top_k": 51, "metadata": "none", "values": True}, "top_k"),
        ({"top_k": 101, "metadata": "none"}, "top_k"),
        ({"metadata": "some"}, "metadata"),
        ({"namespace": "n" * 65}, "namespace"),
        ({"id": "x"}, "text"),
        ({"filter": {"": 1}}, "filter."),
        ({"filter": {"a": {"$near": 1}}}, "filter.a"),
        ({"filter": {"a": {"$in": 1}}}, "filter.a"),
        ({"filter": {"a": {"$eq": [1]}}}, "filter.a"),
        ({"filter": {"a": [1]}}, "filter.a"),
        ({"filter": {"$or": 1}}, "filter.$or"),
        ({"filter": {"a": {"$in": ["x" * 40] * 60}}}, "filter"),
    ],
)
def test_rejects_an_invalid_search_before_calling_the_model(fields, param):
    index = FakeIndex()
    app = app_with(index)
    assert error(app.ask("/search", {"text": "a", **fields})) == (400, "invalid_request", param)
    assert (app.model.calls, index.calls) == ([], [])


@pytest.mark.parametrize("condition", [{}, {"$nin": []}, {"$nin": [[]]}, {"$nin": [{}]}, {"$nin": ["x", ["y"]]}])
def test_a_deletion_rejects_a_filter_that_excludes_nothing(condition):
    index = FakeIndex()
    response = app_with(index).send("DELETE", "/vectors", json.dumps({"filter": {"a": condition}}).encode())
    assert error(response) == (400, "invalid_request", "filter.a")
    assert not index.calls


LONG = "x" * 65


@pytest.mark.parametrize(
    "condition",
    [
        LONG,
        "é" * 33,
        {"$eq": LONG},
        {"$ne": LONG},
        {"$in": ["a", LONG]},
        {"$nin": [LONG]},
        {"$gte": "a", "$eq": LONG},
    ],
)
@pytest.mark.parametrize("way", ["http", "rpc", "mcp", "rest"])
def test_a_search_rejects_a_filter_that_compares_more_than_what_is_indexed(way, condition):
    index = FakeIndex()
    app = app_with(index)
    filters = {"year": {"$gte": 1}, "name": condition}
    text = searched(app, way, filters)
    size = 66 if condition == "é" * 33 else 65
    assert f"filter.name has a string of {size} bytes; Vectorize compares the first 64 only. Use a shorter one." in text
    assert (app.model.calls, index.named("query")) == ([], [])


@pytest.mark.parametrize(
    "condition", ["x" * 64, "é" * 32, {"$in": ["x" * 64]}, {"$gte": LONG}, {"$lt": LONG, "$gt": LONG}, 65, None, True]
)
def test_what_can_match_is_searched(condition):
    index = FakeIndex()
    searched(app_with(index), "http", {"name": condition})
    [options] = index.named("query")
    assert options["filter"] == {"name": condition}


def searched(app, way, filters):
    """Search with a filter. Return the answer as text."""
    match way:
        case "http":
            return app.ask("/search", {"text": "a", "filter": filters}).text
        case "rpc":
            return app.call("search", "a", {"filter": filters}).text
        case "mcp":
            return app.ask(
                "/mcp", message("tools/call", {"name": "search", "arguments": {"text": "a", "filter": filters}})
            ).text
    body = {"vectorId": "a", "filter": filters}
    return app.ask("/client/v4/accounts/any/vectorize/v2/indexes/embedder/query", body).text


VALUES = ["a", 1, 1.5, True, None, [], ["a"], [1, "b", None], [[1]], [{}], {}, "é" * 32]
OPERATORS = ["$eq", "$ne", "$in", "$nin", "$lt", "$lte", "$gt", "$gte", "$or", "$not"]
KEYS = ["", "a.b", "a..b", ".a", "a.", "$a", "a.$b", 'a"b', 'a."', "é", "x" * 512, "x" * 513, "x." * 300 + "x", "\n"]
FILTERS = [
    {},
    *({"k": value} for value in VALUES),
    *({"k": {operator: value}} for operator in OPERATORS for value in VALUES),
    *({"k": {one: value, two: value}} for one, two in combinations(OPERATORS, 2) for value in (1, ["a"])),
    *({"k": {"$gt": 1, "$lt": 5, operator: 3}} for operator in OPERATORS),
    *({key: 1} for key in KEYS),
]


@pytest.mark.parametrize("condition", FILTERS, ids=lambda each: json.dumps(each)[:60])
def test_a_filter_that_vectorize_rejects_is_rejected_before_the_model_is_called(condition):
    """The emulator has the rules of Vectorize's page "Metadata filtering"."""
    try:
        filters.parse(condition)
    except VectorizeError:
        with pytest.raises(EmbedderError) as caught:
            limits.check_filter(condition)
        assert caught.value.code == "invalid_request"
        assert caught.value.param.startswith("filter")
    else:
        limits.check_filter(condition)


@pytest.mark.parametrize("metadata", [{"x" * 513: 1}, {"a": {"x" * 513: 1}}])
def test_a_metadata_key_has_at_most_512_characters(metadata):
    with pytest.raises(EmbedderError, match="512 characters"):
        limits.metadata_json(metadata, None, param="metadata")
    assert limits.metadata_json({"x" * 512: 1}, None, param="metadata")


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 10**400, -(10**400)])
@pytest.mark.parametrize("condition", ["{}", '{{"$eq": {}}}', '{{"$in": [1, {}]}}', '{{"$lt": {}}}'])
def test_a_number_of_a_filter_that_would_be_another_one_is_rejected(number, condition):
    """JavaScript rounds it: 2**53 + 1 found, and deleted, what has 2**53."""
    filters = {"n": json.loads(condition.format(number))}
    for check in (limits.check_filter, limits.check_filter_of_deletion):
        with pytest.raises(EmbedderError, match="lose digits"):
            check(filters)


@pytest.mark.parametrize("number", [2**53, 2**60, 10**22, -(2**53), True])
def test_a_number_of_a_filter_that_keeps_its_digits_is_accepted(number):
    for check in (limits.check_filter, limits.check_filter_of_deletion):
        check({"n": number, "m": {"$in": [number]}, "o": {"$gte": float(number)}})
