"""The page of the API reference: of the committed document, with types and limits that agree with the schemas."""

import pytest

from tools.openapi import document
from tools.reference import page, types
from tools.reference.fields import Components
from tools.reference.operations import Reader, compact

STRING = {"type": "string"}
NULL = {"type": "null"}


def test_the_page_is_made_of_the_committed_document(monkeypatch, tmp_path):
    monkeypatch.setattr(page, "PATH", tmp_path / "docs.html")
    page.write()
    assert page.PATH.read_text(encoding="utf-8") == page.html(document.document())


@pytest.mark.parametrize(
    ("schema", "notation"),
    [
        (STRING, "string"),
        ({"anyOf": [STRING, {"type": "array", "items": STRING}, NULL]}, "string | string[]"),
        ({"type": "array", "items": {"anyOf": [{"type": "array", "items": {"type": "number"}}, STRING]}},
         "(number[] | string)[]"),
        ({"$ref": "#/components/schemas/A"}, "object"),
        ({"enum": [768, 512]}, "integer"),
        ({"enum": ["a"]}, "string"),
        ({"const": False}, "boolean"),
        ({"type": ["string", "null"]}, "string"),
        ({}, "any"),
        ({"type": "array", "maxItems": 0}, "any[]"),
    ],
)  # fmt: skip
def test_a_type_is_written_as_in_typescript(schema, notation):
    assert types.notation(schema) == notation


def test_limits_are_written_in_words():
    texts = {"anyOf": [{**STRING, "minLength": 1}, {"type": "array", "items": STRING, "minItems": 1, "maxItems": 2048}]}
    assert types.limits(texts) == ["not empty", "1 to 2,048 items"]
    assert types.limits({"type": "integer", "minimum": 1, "maximum": 100}) == ["1 to 100"]
    assert types.limits({**STRING, "minLength": 1, "maxLength": 64}) == ["1 to 64 characters"]


def test_choices_are_found_in_lists_too_and_numbers_fall():
    assert types.choices({"anyOf": [{"enum": [128, 768, 256]}, NULL]}) == [768, 256, 128]
    assert types.choices({"type": "array", "items": {"enum": ["b", "a"]}}) == ["a", "b"]
    assert types.choices(STRING) == []


def test_required_fields_are_first_and_repeated_choices_are_a_reference():
    many = {"enum": list("abcde"), "default": "a"}
    schema = {"properties": {"x": many, "y": many, "z": STRING}, "required": ["z"]}
    first, second, third = Components({}).fields(schema, of_request=True)
    assert (first.name, first.required) == ("z", True)
    assert (second.choices_of, third.choices_of, second.default) == ("", "x", "a")


def test_fields_of_a_response_may_be_null():
    schema = {"properties": {"x": {"anyOf": [STRING, NULL]}}}
    assert Components({}).fields(schema, of_request=False)[0].type == "string | null"
    assert Components({}).fields(schema, of_request=True)[0].type == "string"


def test_the_fields_of_an_object_in_a_list_are_found():
    schemas = {"A": {"properties": {"inner": STRING}}}
    schema = {"properties": {"x": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}}}
    [field] = Components(schemas).fields(schema, of_request=True)
    assert (field.type, [inner.name for inner in field.fields]) == ("object[]", ["inner"])


def test_short_json_stays_on_one_line():
    assert compact({"a": [1, 2], "b": "ä"}) == '{"a": [1, 2], "b": "ä"}'
    assert compact({"a": ["x" * 60, "y" * 60]}) == f'{{\n  "a": [\n    "{"x" * 60}",\n    "{"y" * 60}"\n  ]\n}}'


def test_fields_are_shown_once_and_referred_to_afterwards():
    operations = {operation.id: operation for operation in Reader(document.document()).operations()}
    second = operations["post_openai_v1_embeddings"].request
    assert second.same_as.id == "post_v1_embeddings"
    assert second.fields == []
    assert operations["post_v1_embeddings"].request.same_as is None


def test_examples_that_write_are_marked():
    examples = [example for operation in Reader(document.document()).operations() for example in operation.examples]
    assert {example.title for example in examples if example.writes} == {"Embed and store", "Two documents"}


def test_text_is_escaped():
    changed = document.document()
    changed["paths"]["/health"]["get"]["description"] = "<script>alert(1)</script> `<b>`"
    changed["paths"]["/health"]["get"]["summary"] = "<i>"
    found = page.html(changed)
    assert "<script>alert" not in found
    assert "<b>" not in found
    assert "<i>" not in found
