"""RPC arguments: by position and by name, with the same limits as HTTP."""

import json

import pytest

from embedder.arguments import to_json
from embedder.errors import EmbedderError

LIMIT = 10_000


def rejected(*arguments, names=("text",)):
    with pytest.raises(EmbedderError) as caught:
        to_json(names, arguments, LIMIT)
    return caught.value


def test_positional_arguments_get_names_and_options_are_merged():
    assert json.loads(to_json(("text",), (["a"], {"task": "query"}), LIMIT)) == {"text": ["a"], "task": "query"}
    assert json.loads(to_json(("text",), (None, {"id": "1"}, None), LIMIT)) == {"id": "1"}
    assert json.loads(to_json((), (), LIMIT)) == {}


@pytest.mark.parametrize("arguments", [("a", "b"), ("a", {}, {}), ("a", ["b"])])
def test_rejects_a_wrong_number_or_type_of_arguments(arguments):
    error = rejected(*arguments)
    assert (error.code, error.param) == ("invalid_request", "options")
    assert "Call this method with text, an object of options." in error.message


@pytest.mark.parametrize("value", [object(), {1, object()}, print, float])
def test_rejects_values_that_are_not_plain_data(value):
    assert rejected([value]).message.startswith("The arguments are not plain data")


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_limits_the_nesting():
    assert to_json(("text",), (nested(62),), LIMIT)
    for depth in (63, 64, 5_000, 100_000):
        assert "deeper than 64" in rejected(nested(depth)).message


def test_rejects_a_cycle_as_too_deeply_nested():
    ring, loop = [], {}
    ring.append(ring)
    loop["self"] = loop
    for value in (ring, loop):
        assert "deeper than 64" in rejected(value).message


def test_limits_the_size_before_and_after_serialisation():
    assert rejected("a" * (LIMIT + 1)).code == "payload_too_large"
    assert rejected(["\n" * 4 for _ in range(1_500)]).code == "payload_too_large"
    assert rejected([None] * LIMIT).code == "payload_too_large"
    assert to_json(("text",), ("a" * (LIMIT - 100),), LIMIT)


def test_repeated_references_count_towards_the_size():
    value = ["a"]
    for _ in range(60):
        value = [value, value]
    assert rejected(value).code == "payload_too_large"


def test_a_lone_surrogate_is_rejected_with_its_path():
    error = rejected(["a", {"b": ["c", "\ud800"]}])
    assert (error.code, error.param) == ("invalid_request", "text[1].b[1]")
