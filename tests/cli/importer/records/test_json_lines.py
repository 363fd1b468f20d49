"""JSON Lines: what is rejected, with its line."""

import pytest

from embedder_cli.importer.documents import Document, Location, Rejection
from embedder_cli.importer.records.fields import Fields
from embedder_cli.importer.records.reading import Reading


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "The line is not JSON (Expecting property name enclosed in double quotes)."),
        ("[1]", "The record is not a JSON object."),
        ('{"id": "a", "body": "x"}', "There is no text in the field 'text'; the fields are id, body."),
        ('{"id": "a", "text": 5}', "There is no text in the field 'text'"),
        ('{"id": "a", "text": {"en": "x"}}', "The field 'text' is an object with the fields en. Only a text can be"),
        (
            '{"id": "a", "text": ["x"]}',
            "The field 'text' is a list. Only a text can be embedded",
        ),
        ('{"text": "x"}', "There is no id in the field 'id'."),
        ('{"id": true, "text": "x"}', "There is no id in the field 'id'."),
        ('{"id": "\\ud800", "text": "x"}', "The id has half of a surrogate pair"),
        ('{"id": "a", "text": "x", "year": "soon"}', "year is 'soon', which is not a number."),
    ],
)
def test_a_record_that_is_not_a_document_is_rejected_with_its_line(read, line, reason):
    good = '{"id": "good", "text": "fine"}'
    first, rejected, last = read("a.jsonl", f"{good}\n{line}\n{good}\n")
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(rejected, Rejection)
    assert rejected.location == Location("a.jsonl", 2)
    assert rejected.reason.startswith(reason)


def test_deep_nesting_rejects_its_record_alone(read):
    deep = '{"id": "a", "text": "x", "lang": ' + "[" * 100_000 + "]" * 100_000 + "}"
    found = read("a.jsonl", deep + "\n" + '{"id": "b", "text": "x"}\n', Reading(Fields("id")))
    assert [isinstance(item, Rejection) for item in found] == [True, False]
