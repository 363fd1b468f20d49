"""Decodes and validates filters."""

from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.vectorize import errors

# https://developers.cloudflare.com/vectorize/reference/metadata-filtering/
MAX_FILTER_BYTES = 2047
MAX_KEY_CHARACTERS = 512
_LOWER = {"$gt", "$gte"}
_UPPER = {"$lt", "$lte"}


class Condition(msgspec.Struct, frozen=True):
    """A key, an operator and an operand. A vector must meet all conditions of a filter."""

    key: str
    operator: str
    operand: Any


def kind(value: object) -> str:
    """Return Vectorize's name for the type of a value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "null" if value is None else "other"


def valid_key(key: str) -> bool:
    """Return whether a key of metadata can be filtered."""
    return 0 < len(key) <= MAX_KEY_CHARACTERS and not key.startswith("$") and not set('."') & set(key)


def parse(body: Mapping[str, Any]) -> list[Condition]:
    """Return the conditions of a filter, or raise VectorizeError 40026."""
    if not body:
        raise errors.bad_filter("must be a non-empty object")
    size = len(msgspec.json.encode(body))
    if size > MAX_FILTER_BYTES:
        raise errors.bad_filter(f"must be less than {MAX_FILTER_BYTES + 1} bytes of compact JSON, and has {size}")
    return [condition for key, value in body.items() for condition in _conditions(key, value)]


def _conditions(key: str, value: Any) -> list[Condition]:  # noqa: ANN401
    if not all(valid_key(step) for step in key.split(".")):
        raise errors.bad_filter(f"key {errors.quoted(key)} {errors.KEY_RULE}")
    if not isinstance(value, dict):
        return [_checked(Condition(key, "$eq", value))]
    if any(name.startswith("$") for name in value):
        return _operators(key, value)
    if not value:
        raise errors.bad_filter(f"{errors.quoted(key)} has no operator")
    return [condition for name, inner in value.items() for condition in _conditions(f"{key}.{name}", inner)]


def _operators(key: str, value: Mapping[str, Any]) -> list[Condition]:
    """Only a lower and an upper bound can be combined; any other operator must be the only one."""
    names = set(value)
    if len(names) > 1 and not (len(names) == 2 and len(names & _LOWER) == len(names & _UPPER) == 1):
        raise errors.bad_filter(f"{errors.quoted(key)} can't combine {', '.join(sorted(names))}")
    return [_checked(Condition(key, name, operand)) for name, operand in value.items()]


def _checked(condition: Condition) -> Condition:
    where, operand = f"{errors.quoted(condition.key)} {condition.operator}", condition.operand
    match condition.operator:
        case "$eq" | "$ne":
            fits = kind(operand) != "other"
        case "$in" | "$nin":
            fits = isinstance(operand, list) and all(kind(each) != "other" for each in operand)
        case "$lt" | "$lte" | "$gt" | "$gte":
            fits = kind(operand) in ("string", "number")
        case _:
            raise errors.bad_filter(f"{where} is not an operator")
    if not fits:
        raise errors.bad_filter(f"{where} can't take {msgspec.json.encode(operand).decode()}")
    return condition
