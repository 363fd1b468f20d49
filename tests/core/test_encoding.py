"""Answers as JSON with a hole."""

import json

import pytest
from msgspec import Raw, Struct

from embedder.encoding import HOLE, HOLE_IN_TEXT, HOLE_OF_MEMBERS, merged, open_hole, open_large
from embedder.settings import LARGE_BYTES


class Body(Struct):
    text: str
    rows: list = []


def test_a_hole_is_where_the_rows_go():
    assert open_hole(Body("a", [HOLE])) == ('{"text":"a","rows":[', "]}")
    assert open_hole({"of": HOLE_OF_MEMBERS}) == ('{"of":{', "}}")
    assert open_hole({"text": HOLE_IN_TEXT}) == ('{"text":"[', ']"}')
    assert open_hole(Body("a")) == ('{"text":"a","rows":[]}', "")


@pytest.mark.parametrize("letter", ["a", "é", "🦙"])
def test_what_is_large_stays_bytes(letter):
    large = letter * LARGE_BYTES
    head, tail = open_large({"texts": [large], "rows": [HOLE]})
    assert (head, tail) == (f'{{"texts":["{large}"],"rows":['.encode(), "]}")
    assert open_large({"rows": [HOLE], "text": large})[1] == f'],"text":"{large}"}}'.encode()
    assert open_large(Body("a", [HOLE])) == open_hole(Body("a", [HOLE]))


def test_no_text_of_a_caller_is_a_hole():
    head, tail = open_hole(Body("\0 \\u0000 \\\0", [HOLE]))
    assert json.loads(f"{head}1{tail}") == {"text": "\0 \\u0000 \\\0", "rows": [1]}


def test_objects_are_merged_in_order_and_may_be_empty():
    found = merged({"ok": True}, Body("a", [HOLE]), {}, Raw(b'{"last":1}'))
    assert open_hole(found) == ('{"ok":true,"text":"a","rows":[', '],"last":1}')
    assert bytes(merged({}, {})) == b"{}"
