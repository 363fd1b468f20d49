"""Arguments of other Workers: by position and by name, within the limits of HTTP."""

import json

import pytest

from embedder.arguments import to_json
from embedder.errors import EmbedderError

LIMIT = 10_000


def rejected(*arguments, names=("text",)):
    with pytest.raises(EmbedderError) as caught:
        to_json(names, arguments, LIMIT)
    return caught.value


def test_positions_get_names_and_options_follow():
    assert json.loads(to_json(("text",), (["a"], {"task": "query"}), LIMIT)) == {"text": ["a"], "task": "query"}
    assert json.loads(to_json(("text",), (None, {"id": "1"}, None), LIMIT)) == {"id": "1"}
    assert json.loads(to_json((), (), LIMIT)) == {}


@pytest.mark.parametrize("arguments", [("a", "b"), ("a", {}, {}), ("a", ["b"])])
def test_another_number_or_kind_of_arguments(arguments):
    error = rejected(*arguments)
    assert (error.code, error.param) == ("invalid_request", "options")
    assert "Call this method with text, an object of options." in error.message


@pytest.mark.parametrize("value", [object(), {1, object()}, print, float])
def test_what_is_not_plain_data(value):
    assert rejected([value]).message.startswith("The arguments are not plain data")


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_nesting_is_limited():
    assert to_json(("text",), (nested(62),), LIMIT)
    for depth in (63, 64, 5_000, 100_000):
        assert "deeper than 64" in rejected(nested(depth)).message


def test_a_cycle_is_nested_too_deeply():
    ring, loop = [], {}
    ring.append(ring)
    loop["self"] = loop
    for value in (ring, loop):
        assert "deeper than 64" in rejected(value).message


def test_the_size_is_limited_before_and_after_it_is_written():
    assert rejected("a" * (LIMIT + 1)).code == "payload_too_large"
    assert rejected(["\n" * 4 for _ in range(1_500)]).code == "payload_too_large"
    assert rejected([None] * LIMIT).code == "payload_too_large"
    assert to_json(("text",), ("a" * (LIMIT - 100),), LIMIT)


def test_references_are_counted_as_often_as_they_are_written():
    value = ["a"]
    for _ in range(60):
        value = [value, value]
    assert rejected(value).code == "payload_too_large"


def test_half_of_a_surrogate_pair_is_named():
    error = rejected(["a", {"b": ["c", "\ud800"]}])
    assert (error.code, error.param) == ("invalid_request", "text[1].b[1]")
