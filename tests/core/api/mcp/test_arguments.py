"""Arguments as hosts send them: JSON in strings, and whole numbers as floats."""

import json
import time

import pytest

from embedder.api.mcp import arguments
from embedder.api.mcp.tools import TOOLS
from embedder.errors import EmbedderError

DOCUMENT = {"id": "a", "text": "b", "metadata": {"year": 1}}


def decoded(tool, given):
    return arguments.decode(json.dumps(given).encode(), TOOLS[tool].arguments)


@pytest.mark.parametrize(
    ("tool", "given", "meant"),
    [
        ("compare", {"texts": '["a", "b"]'}, {"texts": ["a", "b"]}),
        ("compare", '{"texts": ["a"]}', {"texts": ["a"]}),
        ("compare", '{"texts": "[\\"a\\"]"}', {"texts": ["a"]}),
        ("search", {"text": "a", "top_k": "3"}, {"text": "a", "top_k": 3}),
        ("search", {"text": "a", "top_k": 3.0}, {"text": "a", "top_k": 3}),
        ("search", {"text": "a", "top_k": "3.0"}, {"text": "a", "top_k": 3}),
        ("search", {"text": "a", "min_score": "0.5"}, {"text": "a", "min_score": 0.5}),
        ("search", {"text": "a", "min_score": "1"}, {"text": "a", "min_score": 1.0}),
        ("search", {"text": "a", "exact": "true"}, {"text": "a", "exact": True}),
        ("search", {"text": "a", "filter": '{"year": {"$gte": 1}}'}, {"text": "a", "filter": {"year": {"$gte": 1}}}),
        ("search", {"text": "a", "filter": "null"}, {"text": "a", "filter": None}),
        ("get", {"ids": '["a"]'}, {"ids": ["a"]}),
        ("store", {"documents": json.dumps([DOCUMENT])}, {"documents": [DOCUMENT]}),
        ("store", {"documents": [json.dumps(DOCUMENT)]}, {"documents": [DOCUMENT]}),
        ("store", {"documents": json.dumps([json.dumps(DOCUMENT)])}, {"documents": [DOCUMENT]}),
        ("store", {"documents": [{**DOCUMENT, "metadata": '{"year": 1}'}]}, {"documents": [DOCUMENT]}),
    ],
)
def test_json_in_a_string_and_whole_floats_are_taken(tool, given, meant):
    assert decoded(tool, given) == decoded(tool, meant)


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("search", {"text": '["a"]', "top_k": "3", "namespace": "5"}),
        ("search", {"text": "null", "top_k": 3.0, "namespace": "null"}),
        ("compare", {"source": '{"a": 1}', "texts": '["[1]", "5", "true"]'}),
        ("get", {"ids": '["5", "[]"]'}),
        (
            "store",
            {
                "documents": [{"id": "5", "text": "[1]", "title": "{}", "metadata": {"a": "[1]", "b": 5.0}}],
                "namespace": "1",
            },
        ),
        ("store", {"documents": json.dumps([{"id": "5", "text": "[1]", "metadata": {"a": "[1]"}}])}),
    ],
)
def test_what_the_schema_wants_as_a_string_stays_one(tool, given):
    found = decoded(tool, given)
    assert getattr(found, "namespace", None) == given.get("namespace")
    if tool == "search":
        assert (found.text, found.top_k) == (given["text"], 3)
    if tool == "compare":
        assert (found.source, found.texts) == (given["source"], ["[1]", "5", "true"])
    if tool == "get":
        assert found.ids == ["5", "[]"]
    if tool == "store":
        [document] = found.documents
        assert (document.id, document.text, document.metadata["a"]) == ("5", "[1]", "[1]")


@pytest.mark.parametrize(
    ("tool", "given", "part"),
    [
        ("search", {"text": "a", "top_k": 3.5}, "top_k"),
        ("search", {"text": "a", "top_k": "many"}, "top_k"),
        ("search", {"text": "a", "top_k": "true"}, "top_k"),
        ("search", {"text": "a", "top_k": "99"}, "top_k"),
        ("search", {"text": "a", "filter": "[1]"}, "filter"),
        ("search", {"text": 5}, "text"),
        ("compare", {"texts": "a"}, "texts"),
        ("compare", {"texts": "[1]"}, "texts[0]"),
        ("compare", {"texts": '["a"'}, "texts"),
        ("compare", {"texts": "[" * 65 + "]" * 65}, "texts"),
        ("compare", {"texts": "[" * 100_000}, "texts"),
        ("compare", {"texts": json.dumps(["a"] * 100_001)}, "texts"),
        (
            "store",
            {"documents": [json.dumps({"id": "a", "text": "b", "metadata": {"x": [0] * 60_000}})] * 2},
            "documents",
        ),
        ("compare", "[]", "object"),
        ("compare", 5, "object"),
    ],
)
def test_anything_else_is_an_error_that_names_the_field(tool, given, part):
    with pytest.raises(EmbedderError) as caught:
        decoded(tool, given)
    assert part in caught.value.message


LONG_NUMBER = "9" * 4_000


@pytest.mark.parametrize(
    "texts",
    [
        '["a"' + ',"a"' * 15_000 + "]",
        "[[]" + ",[]" * 10_000 + "]",
        "[1e308" + ",1e308" * 400 + "]",
        "[" + LONG_NUMBER + f",{LONG_NUMBER}" * 9 + "]",
        "-" + "9" * 30_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_string_that_takes_long_is_not_decoded(texts):
    """Each would otherwise be a list, with another error: of its items, or because it has too many of them."""
    with pytest.raises(EmbedderError, match=r"texts: Expected array, got str"):
        decoded("compare", {"texts": texts})


def test_the_tokens_of_all_strings_count_together():
    document = json.dumps({**DOCUMENT, "metadata": {"tags": ["a"] * 1_000}})
    assert len(decoded("store", {"documents": [document] * 9}).documents) == 9
    with pytest.raises(EmbedderError, match="documents"):
        decoded("store", {"documents": [document] * 11})


def test_no_arguments_are_an_empty_object():
    with pytest.raises(EmbedderError, match="text"):
        arguments.decode(b"null", TOOLS["search"].arguments)


def test_the_time_is_linear():
    def seconds(size):
        body = json.dumps({"texts": json.dumps(["\\" * size + "[" * size])[:-1]}).encode()
        began = time.thread_time()  # other programs and the garbage collector disturb single measurements
        with pytest.raises(EmbedderError):
            arguments.decode(body, TOOLS["compare"].arguments)
        return time.thread_time() - began

    short, long = (min(seconds(size) for _ in range(5)) for size in (40_000, 400_000))
    assert long < 40 * short


def test_what_is_no_token_is_one_step():
    """The search for tokens tried each character of it: 145 ms for 4 MB of letters, which take 35 now."""
    budget = arguments._Budget()
    assert budget.allows("e" * 100_000 + "," + " " * 100_000)
    assert budget.left == arguments._MAX_TOKENS - 1
    assert [found.end() for found in arguments._TOKEN.finditer("e" * 1_000 + "," + " " * 10)] == [1_000, 1_001, 1_011]


@pytest.mark.parametrize("number", ["1e400", "9" * 4_400])
@pytest.mark.parametrize("given", ["%s", '{"text": %s}', '{"text": "a", "filter": {"x": %s}}'])
def test_a_number_that_is_out_of_range_is_the_error_of_the_caller(given, number):
    with pytest.raises(EmbedderError, match="out of range") as caught:
        arguments.decode((given % number).encode(), TOOLS["search"].arguments)
    assert caught.value.code == "invalid_request"
