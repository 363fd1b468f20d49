"""Decoding requests: errors with the path of the field."""

import codecs

import pytest

from embedder import decoding
from embedder.errors import EmbedderError
from embedder.operations.requests import EmbedRequest
from tests.core.fakes import FakeApp, content


def rejected(body):
    with pytest.raises(EmbedderError) as caught:
        decoding.decode(body, EmbedRequest)
    return caught.value


@pytest.mark.parametrize(
    ("body", "code", "param", "message"),
    [
        (b'{"text": [%s]}' % b",".join([b'"a"'] * 101), "batch_too_large", "text", "too many items; the limit is 100"),
        (b'{"text": []}', "invalid_request", "text", "1 to 100"),
        (b'{"text": ""}', "invalid_request", "text", "length >= 1"),
        (b'{"text": ["a", ""]}', "invalid_request", "text[1]", "length >= 1"),
        (b'{"text": ["a", 7]}', "invalid_request", "text[1]", "got int"),
        (b'{"text": null}', "invalid_request", "text", "got null"),
        (b'{"text": {"a": 1}}', "invalid_request", "text", "got object"),
        (b"{}", "invalid_request", None, "text"),
        (b"[]", "invalid_request", None, "got array"),
        (b'{"text": "a", "pooling": "cls"}', "invalid_request", None, "pooling"),
    ],
)
def test_an_error_names_the_field_and_the_reason(body, code, param, message):
    error = rejected(body)
    assert (error.code, error.param) == (code, param)
    assert message in error.message


@pytest.mark.parametrize(
    ("body", "field", "known"),
    [
        (b'{"texts": ["a"]}', "texts", "truncate, dimensions, encoding_format, text, store."),
        (b'{"text": "a", "store": {"id": "1"}}', "store.id", "ids, namespace, metadata, keep_text, mode, wait."),
    ],
)
def test_an_unknown_field_is_named_with_those_that_there_are(body, field, known):
    message = rejected(body).message
    assert message.startswith(f"Unknown field {field}; the fields are ")
    assert message.endswith(known)


@pytest.mark.parametrize("body", [b"", b"  ", b"text", b'{"text": "a"', b'{"text": "\xff"}', b'{"text": NaN}'])
def test_a_body_that_is_not_json_is_rejected(body):
    assert rejected(body).code == "invalid_json"


@pytest.mark.parametrize("half", [b"\\ud800", b"\\uDFFF", b"\\ud800\\ud800", b"a\\udc00\\ud800b"])
@pytest.mark.parametrize(("body", "param"), [(b'{"text": ["a", "%b"]}', "text[1]"), (b'{"text": "%b"}', "text")])
def test_a_lone_surrogate_is_rejected_with_its_path(body, param, half):
    error = rejected(body % half)
    assert (error.code, error.param) == ("invalid_request", param)
    assert "lone surrogate" in error.message


def test_a_surrogate_pair_is_one_character():
    body = b'{"text": ["\\ud83e\\udd17", "\xf0\x9f\xa4\x97"]}'
    assert decoding.decode(body, EmbedRequest).text == ["🤗", "🤗"]


@pytest.mark.parametrize("body", [{"x" * 10_000: 1}, {"text": "a", "task": "y" * 10_000}, {"text": {"z" * 10_000: 1}}])
def test_an_error_quotes_little_of_the_request(body):
    answer = content(FakeApp().ask("/embed", body))
    assert len(answer) < 1_000


def test_half_a_pair_is_searched_in_a_part_of_a_large_body(monkeypatch):
    """A step for each of 99,000 values took 100 ms."""
    body = b'{"text": ["\\ud800", %b]}' % b",".join([b'"a"'] * 20)
    assert rejected(body).param == "text[0]"
    monkeypatch.setattr(decoding, "_MAX_STEPS", 10)
    error = rejected(body)
    assert (error.code, error.param) == ("invalid_json", None)


def test_a_byte_order_mark_does_not_make_unknown_fields_errors():
    found = []
    body = codecs.BOM_UTF8 + b'{"text": "a", "of_another_server": 1}'
    assert decoding.decode(body, EmbedRequest, lambda path, value: found.append((path, value))).text == "a"
    assert found == [("of_another_server", 1)]
