"""The indexed values of vectors: those of the metadata indexes, and the namespace. Filters read nothing else.

An index covers only values of its type, in vectors written after the index was created. No operator matches any other
vector, not even `$ne` and `$nin`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from emulator.vectorize import errors
from emulator.vectorize.filters import Condition, kind
from emulator.vectorize.ports import Binding, Select

MAX_INDEXED_BYTES = 64
# SQLite in a Durable Object takes 100 bindings; the names of 10 metadata indexes and the namespace need 12
MAX_CONDITIONS = 88
NAMESPACE = ""  # the name of the namespace among the values; a metadata key is not empty
TABLES = (
    "CREATE TABLE IF NOT EXISTS keys (name TEXT NOT NULL, value NOT NULL, row INTEGER NOT NULL,"
    " PRIMARY KEY (name, value, row)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS keys_by_row ON keys (row)",
)
_INSERT = "INSERT OR IGNORE INTO keys SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)"
_ROWS = "SELECT row FROM keys WHERE name = ?"
_NOTHING = Select("SELECT row FROM keys WHERE 0")
# SQLite compares texts by their UTF-8 bytes
_TESTS = {
    "$eq": "value = ?",
    "$ne": "value <> ?",
    "$lt": "value < ?",
    "$lte": "value <= ?",
    "$gt": "value > ?",
    "$gte": "value >= ?",
    "$in": "value IN (SELECT value FROM json_each(?))",
    "$nin": "value NOT IN (SELECT value FROM json_each(?))",
}
_MISSING = object()

Scalar = str | float | bool


class Property(msgspec.Struct, frozen=True):
    """A metadata index: its dotted key, its type (string, number, boolean) and its creation in ms since the epoch."""

    name: str
    type: str
    since: float


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


def truncated(text: str) -> str:
    """Return the longest prefix of `text` that has at most 64 bytes of UTF-8."""
    return text.encode()[:MAX_INDEXED_BYTES].decode(errors="ignore")


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


def insertion(values: Sequence[tuple[str, Scalar, int]]) -> Select:
    """Return the statement that stores values: name, value and row."""
    return Select(_INSERT, (msgspec.json.encode(values).decode(),))


def selection(namespace: str | None, conditions: Sequence[Condition], properties: Iterable[Property]) -> Select | None:
    """Return what selects the rows in a namespace that meet every condition, or None for all rows.

    Raises VectorizeError 40026 for more than 88 conditions.
    """
    types = {each.name: each.type for each in properties}
    if any(each.key not in types for each in conditions):
        return _NOTHING
    if len(conditions) > MAX_CONDITIONS:
        raise errors.bad_filter(f"must have at most {MAX_CONDITIONS} conditions, and has {len(conditions)}")
    tests: dict[str, list[tuple[str, tuple[Binding, ...]]]] = {}
    if namespace is not None:
        tests[NAMESPACE] = [("value = ?", (namespace,))]
    for each in conditions:
        tests.setdefault(each.key, []).append(_test(each, types[each.key]))
    return _joined(tests) if tests else None


def _joined(tests: Mapping[str, Sequence[tuple[str, tuple[Binding, ...]]]]) -> Select:
    parts = [" AND ".join([_ROWS, *(text for text, _ in found)]) for found in tests.values()]
    bindings = [value for name, found in tests.items() for value in (name, *(one for _, many in found for one in many))]
    first, *rest = parts
    return Select(first + "".join(f" AND row IN ({part})" for part in rest), tuple(bindings))


def _test(condition: Condition, type_: str) -> tuple[str, tuple[Binding, ...]]:
    """Return a test of `value` in SQL. Values of different types are never equal."""
    test, operand = _TESTS[condition.operator], condition.operand
    if isinstance(operand, list):
        return test, (msgspec.json.encode([each for each in operand if kind(each) == type_]).decode(),)
    if kind(operand) != type_:
        return ("1" if condition.operator == "$ne" else "0"), ()
    return test, (operand if isinstance(operand, str) else float(operand),)
