"""The schemas of the Structs. The description of a field is at the field."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tools.openapi.error_formats import Schema
from tools.undocumented import UndocumentedError

_REF = "#/components/schemas/{name}"


def of_structs(structs: Iterable[Any]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """Return a reference to the schema of each Struct, and the schemas by name."""
    kinds = list(dict.fromkeys(structs))
    references, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    for kind, reference in zip(kinds, references, strict=True):
        if "$ref" not in reference:
            continue  # a list
        component = components[reference["$ref"].rpartition("/")[2]]
        component["properties"] = _own_first(kind, component["properties"])
    for name, component in components.items():
        properties = component["properties"]
        component["properties"] = {field: _field(name, field, schema) for field, schema in properties.items()}
    return dict(zip(kinds, references, strict=True)), components


def _own_first(kind: Any, properties: Schema) -> Schema:  # noqa: ANN401
    """Return the properties of a Struct with its own fields before the inherited ones."""
    own = inspect.get_annotations(kind)
    names = {field.encode_name for field in msgspec.structs.fields(kind) if field.name in own}
    return dict(sorted(properties.items(), key=lambda item: item[0] not in names))


def _field(struct: str, name: str, schema: Schema) -> Schema:
    """Return the schema of a field with its description."""
    if schema.get("type") == "integer" and "items" in schema:
        # where the Worker reads the place of a vector's numbers, callers read the numbers
        schema = {**schema, "type": "array"}
    if "description" not in schema:
        raise UndocumentedError(f"{struct}.{name} has no description; write Meta(description=...) at the field.")
    return schema


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """Return a schema with its references replaced. The Structs do not contain themselves."""
    if reference := schema.get("$ref"):
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        return {**resolved(components[reference.rpartition("/")[2]], components), **rest}
    return {name: _resolved_part(part, components) for name, part in schema.items()}


def _resolved_part(part: Any, components: Mapping[str, Schema]) -> Any:  # noqa: ANN401
    if isinstance(part, dict):
        return resolved(part, components)
    return [_resolved_part(item, components) for item in part] if isinstance(part, list) else part
