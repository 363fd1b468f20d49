"""Metadata indexes and the filters that use them.

A filter sees only indexed values: those of the index's type, in vectors written after the index was created. No
operator matches any other vector, not even `$ne` and `$nin`.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from emulator.vectorize import errors

# https://developers.cloudflare.com/vectorize/reference/metadata-filtering/
MAX_FILTER_BYTES = 2047
MAX_INDEXED_BYTES = 64
MAX_KEY_CHARACTERS = 512
_LOWER = {"$gt", "$gte"}
_UPPER = {"$lt", "$lte"}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "$lt": operator.lt,
    "$lte": operator.le,
    "$gt": operator.gt,
    "$gte": operator.ge,
}
_MISSING = object()

Scalar = str | float | bool


class Property(msgspec.Struct, frozen=True):
    """A metadata index: its dotted key, its type (string, number, boolean) and its creation in ms since the epoch."""

    name: str
    type: str
    since: float


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


def truncated(text: str) -> str:
    """Return the longest prefix of `text` that has at most 64 bytes of UTF-8."""
    return text.encode()[:MAX_INDEXED_BYTES].decode(errors="ignore")


def indexed(metadata: Mapping[str, Any], written: float, properties: Iterable[Property]) -> dict[str, Scalar]:
    """Return the indexed values of a vector with this metadata, written at this time."""
    found: dict[str, Scalar] = {}
    for each in properties:
        value = _at(metadata, each.name)
        if written >= each.since and kind(value) == each.type:
            found[each.name] = truncated(value) if isinstance(value, str) else value
    return found


def _at(metadata: Any, name: str) -> Any:  # noqa: ANN401
    for step in name.split("."):
        metadata = metadata.get(step, _MISSING) if isinstance(metadata, dict) else _MISSING
    return metadata


def nested(values: Mapping[str, Scalar]) -> dict[str, Any]:
    """Turn dotted keys into nested objects."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *parents, last = name.split(".")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[last] = value
    return tree


def valid_key(key: str) -> bool:
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


def matches(values: Mapping[str, Scalar], conditions: Iterable[Condition]) -> bool:
    """Return whether the indexed values of a vector meet every condition."""
    return all(each.key in values and _meets(values[each.key], each) for each in conditions)


def _meets(value: Scalar, condition: Condition) -> bool:
    operand = condition.operand
    match condition.operator:
        case "$eq":
            return _same(value, operand)
        case "$ne":
            return not _same(value, operand)
        case "$in":
            return any(_same(value, each) for each in operand)
        case "$nin":
            return not any(_same(value, each) for each in operand)
    # Python compares strings by code points, which gives the order of their UTF-8 bytes
    return kind(value) == kind(operand) and _ORDER[condition.operator](value, operand)


def _same(left: object, right: object) -> bool:
    return kind(left) == kind(right) and left == right
