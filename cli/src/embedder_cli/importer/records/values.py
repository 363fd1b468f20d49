"""Values of records: read without a change of their digits, and converted once, for where they go."""

import json
import math
import re
from collections.abc import Collection, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

MAX_INTEGER = 2**53  # beyond it, JavaScript and Vectorize round integers
MAX_DEPTH = 60  # levels of a value of metadata: a service accepts 64 levels in a request, and 4 are around the value
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SAFE_DIGITS = 16  # of an integer below 2^53
_TRUTH = {"true": True, "false": False}


class ValueFaultError(ValueError):
    """A value that can't be stored unchanged; the message completes a sentence that begins with the name of a field."""


class Literal(str):
    """A number or a boolean as the source writes it. It is not a text: a JSON number is not a JSON string."""

    __slots__ = ()


class Ambiguous(dict[str, Any]):
    """An object with keys that are there twice: `twice`."""

    def __init__(self, pairs: Iterable[tuple[str, Any]], twice: Collection[str]) -> None:
        super().__init__(pairs)
        self.twice = frozenset(twice)


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. It remembers keys that are there twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    twice = {name for name, _ in pairs if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
    return Ambiguous(pairs, twice)


def _reject(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


JSON = json.JSONDecoder(object_pairs_hook=object_of, parse_int=Literal, parse_float=Literal, parse_constant=_reject)


def reason_of(error: Exception) -> str:
    """Return why a text is not JSON. The position is left out: it is one in the part of a file that is in memory."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


def is_number(text: str) -> bool:
    """Return whether a text is a decimal number."""
    return _NUMBER.fullmatch(text) is not None


def number(text: str) -> int | float:
    """Return the number that a text writes. An integer is exact; a fraction is the nearest 64-bit float."""
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) < _SAFE_DIGITS:
        return int(text)
    if not is_number(text):
        raise ValueFaultError(f"is {text[:40]!r}, which is not a number")
    try:
        exact = Decimal(text)
        nearest = float(text)
    except InvalidOperation as error:
        raise ValueFaultError(f"is {text[:40]!r}, which is too large for a number") from error
    if math.isinf(nearest) or (not nearest and exact):
        raise ValueFaultError(f"is {text[:40]!r}, which no 64-bit number can hold")
    if "e" not in text.lower() and abs(exact) > MAX_INTEGER:
        raise ValueFaultError(f"is {text[:40]!r}; numbers beyond 2^53 lose digits, so store it as a string")
    return int(nearest) if nearest.is_integer() and abs(nearest) <= MAX_INTEGER else nearest


def text_of(value: object) -> str:
    """Return a string, a number or a boolean as the source writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    raise ValueFaultError("is a list or an object, which is not a string")


def stored(value: Any, depth: int = 0) -> Any:  # noqa: ANN401
    """Return a value for the JSON of a request. ValueFaultError if it would not be stored as it is."""
    if isinstance(value, Literal):
        found = _TRUTH.get(value.lower())
        return _literal(value) if found is None else found
    if isinstance(value, dict | list) and depth >= MAX_DEPTH:
        raise ValueFaultError(f"is nested more deeply than {MAX_DEPTH} levels")
    if isinstance(value, Ambiguous):
        raise ValueFaultError(f"has the key {min(value.twice)!r} twice")
    if isinstance(value, dict):
        return {str(name): stored(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [stored(item, depth + 1) for item in value]
    return value


def _literal(text: Literal) -> int | float:
    """Return a number without a type of its own: a fraction stays one."""
    found = number(text)
    return float(found) if any(mark in text for mark in ".eE") else found
