"""Fields of records: ids, texts, titles and metadata."""

import pytest

from embedder_cli.importer.documents import Document, Location
from embedder_cli.importer.lines import SourceError
from embedder_cli.importer.records.fields import FieldError, Fields, MetadataField
from embedder_cli.importer.records.reading import Reading
from embedder_cli.importer.records.values import Literal


def test_jsonl_fields(read):
    [found] = read("a.jsonl", '{"id": 7, "text": "hello", "title": "T", "lang": "en", "year": "2020", "other": 1}\n')
    assert found == Document("7", "hello", Location("a.jsonl", 1), "T", {"lang": "en", "year": 2020}, True)


def test_without_an_id_field_the_file_and_the_position_are_the_id(read):
    found = read("a.jsonl", '{"text": "x"}\n\n{"text": "y"}\n', Reading(Fields()))
    assert [(item.id, item.location.line) for item in found] == [("a.jsonl#1", 1), ("a.jsonl#3", 3)]


@pytest.mark.parametrize(
    ("option", "value", "stored"),
    [
        ("year:number", "3", 3),
        ("year:number", "3.5", 3.5),
        ("public:boolean", "Yes", True),
        ("public:boolean", False, False),
        ("code:string", Literal("7.10"), "7.10"),
        ("tags", ["a"], ["a"]),
        ("a:b:string", "x", "x"),
    ],
)
def test_types_of_metadata(option, value, stored):
    assert MetadataField.parse(option).value(value) == stored


@pytest.mark.parametrize("option", ["year:integer", "a:b", ":string"])
def test_an_unknown_type_of_metadata_is_an_error(option):
    with pytest.raises(FieldError, match=r"is unknown; use string, number, boolean. .*:string"):
        MetadataField.parse(option)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,body\n1,x\n"),
        ("a.csv", "text,body\n1,x\n"),
        ("a.csv", "id,text\n1,x\n"),
        ("a.csv", "id,text,title\n1,x,y\n"),
        ("a.jsonl", '{"id": 1, "body": "x"}\n'),
        ("a.jsonl", '{"text": "x"}\n'),
        ("a.json", '[{"id": 1, "body": "x"}]'),
    ],
)
def test_a_missing_column_or_field_is_an_error_at_the_first_record(read, name, content):
    with pytest.raises(SourceError, match=r"has no field|There is no column .*Choose fields with --text-field"):
        read(name, content, Reading(Fields("id", "text", "title", (MetadataField("lang"),))))
