"""Answers as JSON with a placeholder."""

import json

import pytest
from msgspec import Raw, Struct

from embedder.encoding import (
    MEMBERS_PLACEHOLDER,
    PLACEHOLDER,
    TEXT_PLACEHOLDER,
    merged,
    split_at_placeholder,
    split_large,
)
from embedder.settings import LARGE_BYTES


class Body(Struct):
    text: str
    rows: list = []


def test_a_hole_is_where_the_rows_go():
    assert split_at_placeholder(Body("a", [PLACEHOLDER])) == ('{"text":"a","rows":[', "]}")
    assert split_at_placeholder({"of": MEMBERS_PLACEHOLDER}) == ('{"of":{', "}}")
    assert split_at_placeholder({"text": TEXT_PLACEHOLDER}) == ('{"text":"[', ']"}')
    assert split_at_placeholder(Body("a")) == ('{"text":"a","rows":[]}', "")


@pytest.mark.parametrize("letter", ["a", "é", "🦙"])
def test_what_is_large_stays_bytes(letter):
    large = letter * LARGE_BYTES
    head, tail = split_large({"texts": [large], "rows": [PLACEHOLDER]})
    assert (head, tail) == (f'{{"texts":["{large}"],"rows":['.encode(), "]}")
    assert split_large({"rows": [PLACEHOLDER], "text": large})[1] == f'],"text":"{large}"}}'.encode()
    assert split_large(Body("a", [PLACEHOLDER])) == split_at_placeholder(Body("a", [PLACEHOLDER]))


def test_no_text_of_a_caller_is_a_hole():
    head, tail = split_at_placeholder(Body("\0 \\u0000 \\\0", [PLACEHOLDER]))
    assert json.loads(f"{head}1{tail}") == {"text": "\0 \\u0000 \\\0", "rows": [1]}


def test_objects_are_merged_in_order_and_may_be_empty():
    found = merged({"ok": True}, Body("a", [PLACEHOLDER]), {}, Raw(b'{"last":1}'))
    assert split_at_placeholder(found) == ('{"ok":true,"text":"a","rows":[', '],"last":1}')
    assert bytes(merged({}, {})) == b"{}"
