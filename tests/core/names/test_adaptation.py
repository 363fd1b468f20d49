"""Bodies that say the same in other words, on a Struct of the test."""

from typing import Annotated, Literal

import msgspec
import pytest

from embedder import decoding
from embedder.errors import EmbedderError
from embedder.names import adaptation
from embedder.names.adaptation import EQUAL, EVERYWHERE
from embedder.settings import MAX_TEXTS


def lower(value):
    if value == "BAD":
        raise ValueError("not possible here.")
    return value.lower() if isinstance(value, str) else value


class Part(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class Body(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    parts: list[Part]
    top_k: int = 5
    kind: Annotated[Literal["a", "b"] | None, msgspec.Meta(extra={EQUAL: lower})] = None
    always: Annotated[Literal["a", "b"], msgspec.Meta(extra={EQUAL: lower, EVERYWHERE: True})] = "a"
    kinds: list[Literal["a", "b"]] = []
    raw: msgspec.Raw = msgspec.Raw(b"{}")
    other: Part | None = None


def decode(unknown=None, **fields):
    return decoding.decode(msgspec.json.encode({"parts": [{"text": "t"}], **fields}), Body, unknown)


def ignoring(**fields):
    seen = {}
    return decode(seen.__setitem__, **fields), seen


def test_unknown_fields_are_passed_on_with_their_paths_and_left_out():
    body, seen = ignoring(parts=[{"text": "t"}, {"text": "u", "x": 1}], other={"text": "v", "y": [2]}, z=3, n=None)
    assert seen == {"parts[1].x": 1, "other.y": [2], "z": 3}
    assert (body.parts[1].text, body.other.text) == ("u", "v")


def test_without_a_taker_unknown_fields_are_errors():
    for fields in ({"z": 3}, {"n": None}, {"other": {"text": "v", "y": 2}}, {"top_k": 3}, {"topk": 3}):
        with pytest.raises(EmbedderError, match="Unknown field"):
            decode(**fields)


@pytest.mark.parametrize("name", ["topK", "top_k", "TopK", "top-k", "TOP_K"])
def test_a_name_may_be_written_in_another_case(name):
    body, seen = ignoring(**{name: 3})
    assert (body.top_k, seen) == (3, {})


def test_the_same_field_twice_is_an_error():
    with pytest.raises(EmbedderError, match="topK are the same field"):
        ignoring(topK=3, top_k=4)


def test_null_is_the_default_of_an_optional_field_only():
    body, _ = ignoring(topK=None, kind=None, other=None)
    assert (body.top_k, body.kind, body.other) == (5, None, None)
    with pytest.raises(EmbedderError) as required:
        ignoring(parts=None)
    assert required.value.param == "parts"
    with pytest.raises(EmbedderError):
        decode(topK=None)


def test_equal_values_are_taken_and_reasons_are_given():
    assert (ignoring(kind="B")[0].kind, decode(always="B").always) == ("b", "b")
    with pytest.raises(EmbedderError, match=r"kind is 'B'; it must be one of a, b"):
        decode(kind="B")
    with pytest.raises(EmbedderError) as impossible:
        ignoring(kind="BAD")
    assert (impossible.value.message, impossible.value.param) == ("kind: not possible here.", "kind")


def test_raw_json_stays_json():
    assert bytes(ignoring(raw={"a": [1]}, z=1)[0].raw) == b'{"a":[1]}'


def test_the_error_of_an_unknown_field_that_is_not_ignored_is_raised():
    def reject(path, _value):
        raise EmbedderError("invalid_request", path)

    with pytest.raises(EmbedderError, match=r"parts\[0\]\.x"):
        decode(reject, parts=[{"text": "t", "x": 1}])


def test_a_body_as_the_struct_wants_it_is_read_once(monkeypatch):
    monkeypatch.setattr(decoding, "adapted", None)
    assert ignoring(topK=3, kind="a")[0].top_k == 3


@pytest.mark.parametrize("body", [b"[[[]]]", b'{"parts":7}', b'{"parts":[7,[{"text":1}]]}', b'"a"', b"null"])
def test_a_body_of_another_shape_is_rejected(body):
    with pytest.raises(EmbedderError) as wrong:
        decoding.decode(body, Body, lambda *_: None)
    assert wrong.value.code == "invalid_request"


def test_broken_json_behind_an_unknown_field_is_invalid_json():
    with pytest.raises(EmbedderError) as broken:
        decoding.decode(b'{"z":1,', Body, lambda *_: None)
    assert broken.value.code == "invalid_json"


def test_a_name_that_is_too_long_for_a_field_is_unknown_and_is_quoted_in_part():
    name = "_" * 90_000 + "topK"
    body, seen = ignoring(**{name: 3})
    assert (body.top_k, [len(path) for path in seen]) == (5, [64])


@pytest.mark.parametrize("fields", [{"_" * 100_000 + "topK": 3}, {"kind": "B" * 100_000}])
def test_a_body_with_a_name_or_word_that_fills_it_is_read_once(fields, monkeypatch):
    monkeypatch.setattr(decoding, "adapted", None)
    with pytest.raises(EmbedderError) as caught:
        ignoring(**fields)
    assert caught.value.code == "invalid_request"


@pytest.mark.parametrize(("text", "found"), [("WORD", "word"), ("A" * 65, "A" * 65)])
def test_only_a_word_is_written_in_lower_case(text, found):
    assert adaptation.lower(text) == found


@pytest.mark.parametrize("words", ["kind", "kinds"])
def test_a_word_that_is_too_long_is_cut_before_it_is_read_once_more(words, monkeypatch):
    asked = []
    monkeypatch.setattr(decoding.msgspec, "convert", lambda value, _: asked.append(value))
    long = "B" * 90_000  # the first reading fails for the unknown field
    ignoring(z=1, **{words: long if words == "kind" else ["a", long]}, raw=long, parts=[{"text": long}])
    [value] = asked
    assert value[words] in ("b" * 64, "B" * 64, ["a", "B" * 64])
    assert value["parts"] == [{"text": long}]


def test_only_as_much_is_read_once_more_as_may_be_right():
    """12,000 requests, or 49,000 fields, took 80 ms."""
    kind = msgspec.defstruct("List", [("parts", list[Part])])
    assert len(adaptation.adapted({"parts": [{"text": "a"}] * 12_000}, kind, lambda *_: None)["parts"]) == MAX_TEXTS + 1
    body = {"text": "a", **{f"k{number}": 1 for number in range(10_000)}}
    with pytest.raises(EmbedderError, match="over 10,000 fields") as caught:
        adaptation.adapted({"parts": [body]}, kind, None)
    assert caught.value.param == "parts[0]"
