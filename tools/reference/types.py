"""The types of fields in TypeScript's notation, and their limits in words."""

from typing import Any

Schema = dict[str, Any]

_NULL = {"type": "null"}


def union(schema: Schema) -> list[Schema]:
    """Return the alternatives of a schema, null excepted."""
    return [part for part in schema.get("anyOf", [schema]) if part != _NULL]


def is_nullable(schema: Schema) -> bool:
    return _NULL in schema.get("anyOf", ()) or "null" in schema.get("type", ())


def notation(schema: Schema) -> str:
    """Return a type such as `string | string[]`."""
    return " | ".join(dict.fromkeys(map(_one, union(schema))))


def _one(schema: Schema) -> str:
    if "$ref" in schema:
        return "object"
    if "enum" in schema or "const" in schema:
        return _of_value(schema["enum"][0] if "enum" in schema else schema["const"])
    kind = schema.get("type", "any")
    if kind == "array":
        item = notation(schema["items"]) if "items" in schema else "any"
        return f"({item})[]" if "|" in item else f"{item}[]"
    return next(part for part in kind if part != "null") if isinstance(kind, list) else str(kind)


def _of_value(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "integer"


def choices(schema: Schema) -> list[Any]:
    """Return the values of an enumeration; those of lists as well."""
    for part in union(schema):
        if "enum" in part:
            return sorted(part["enum"], key=_by_size)
        if "items" in part and (found := choices(part["items"])):
            return found
    return []


def _by_size(value: object) -> tuple[int, str]:
    return (-value, "") if isinstance(value, int) else (0, str(value))


def limits(schema: Schema) -> list[str]:
    """Return the limits of a schema in words."""
    found = [text for part in union(schema) for text in _limits_of_one(part)]
    return list(dict.fromkeys(found))


def _limits_of_one(schema: Schema) -> list[str]:
    names = (("minimum", "maximum", ""), ("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items"))
    found = []
    for low, high, unit in names:
        if high in schema:
            found.append(f"{schema.get(low, 0)} to {schema[high]:,} {unit}".strip())
        elif schema.get(low):
            found.append("not empty" if unit else f"{schema[low]} or more")
    return found
