"""The fields of a schema, as the page lists them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tools.reference import types
from tools.reference.types import Schema

_MOST_CHOICES = 4  # of a list that is repeated


@dataclass(frozen=True)
class Field:
    """A field of an object. `fields` are those of the object in it.

    `choices_of` is an earlier field that has the same choices.
    """

    name: str
    type: str
    required: bool
    default: str
    limits: list[str]
    choices: list[Any]
    choices_of: str
    description: str
    fields: "list[Field]"


class Components:
    """The schemas of the document."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def named(self, reference: str) -> Schema:
        return self._schemas[reference.rpartition("/")[2]]

    def fields(self, schema: Schema, *, of_request: bool) -> list[Field]:
        """Return the fields of an object, required ones first if it is a request."""
        whole = self.named(schema["$ref"]) if "$ref" in schema else schema
        required = whole.get("required", [])
        found = [
            self._field(name, part, required=name in required, of_request=of_request)
            for name, part in whole.get("properties", {}).items()
        ]
        ordered = sorted(found, key=lambda field: not field.required) if of_request else found
        return list(_without_repetition(ordered))

    def _field(self, name: str, schema: Schema, *, required: bool, of_request: bool) -> Field:
        kind = types.notation(schema)
        if types.is_nullable(schema) and not of_request:
            kind += " | null"
        default = schema.get("default")
        nested = next(self._objects(schema), None)
        return Field(
            name=name,
            type=kind,
            required=required and of_request,
            default="" if default is None or not of_request else str(default).lower(),
            limits=types.limits(schema),
            choices=types.choices(schema),
            choices_of="",
            description=schema.get("description", ""),
            fields=self.fields(nested, of_request=of_request) if nested else [],
        )

    def _objects(self, schema: Schema) -> Iterator[Schema]:
        """Yield the objects in a field, also those in lists."""
        for part in types.union(schema):
            if "$ref" in part:
                yield self.named(part["$ref"])
            elif "properties" in part:
                yield part
            elif "items" in part:
                yield from self._objects(part["items"])


def _without_repetition(fields: list[Field]) -> Iterator[Field]:
    """Refer to the first of several fields with the same long list of choices."""
    first: dict[str, str] = {}
    for field in fields:
        key = str(field.choices)
        yield replace(field, choices_of=first[key]) if key in first else field
        if len(field.choices) > _MOST_CHOICES:
            first.setdefault(key, field.name)
