"""Builds answers of the model, describes how they are sent, and has a slow reference check."""

import json
import math
import struct
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any, NoReturn

import msgspec

DIMENSIONS = 768
MIDDLE, LAST = DIMENSIONS // 2 - 1, DIMENSIONS - 1

NESTED = "[" * 20_000 + "]" * 20_000

# How the body is sent.
WHOLE = "content-length, all of the body"
CHUNKED = "chunked, all of the body, the last chunk"
CLOSED = "no length, all of the body, the connection is closed"
RESET = "content-length, half of the body, the connection is reset"
SHORT = "content-length, half of the body, the connection is closed"
UNFINISHED = "chunked, all of the body, the connection is closed without the last chunk"
BROKEN = (RESET, SHORT, UNFINISHED)


class Answer(msgspec.Struct, frozen=True):
    body: bytes
    sent: str = WHOLE


class Case(msgspec.Struct, frozen=True):
    """One kind of answer. `make` takes the number of texts. The kind needs at least `least` texts.

    `broken`: the connection ends before the body.
    """

    make: Callable[[int], Answer]
    least: int = 1
    broken: bool = False


def whole(make: Callable[[int], bytes]) -> Case:
    """Return a kind that sends these bodies completely."""
    return Case(lambda count: Answer(make(count)))


@cache
def numbers(index: int) -> tuple[str, ...]:
    """Return row `index` of a right answer: the JSON texts of 768 numbers, with length 1."""
    source = Random(index)
    values = [source.gauss(0, 1) for _ in range(DIMENSIONS)]
    length = math.hypot(*values)
    return tuple(f"{value / length:.9f}" for value in values)


def array(items: "list[str] | tuple[str, ...]") -> str:
    return f"[{','.join(items)}]"


@cache
def row(index: int) -> str:
    return array(numbers(index))


def rows(count: int) -> list[str]:
    return [row(index) for index in range(count)]


def same(number: str) -> str:
    """Return a row with the same number 768 times."""
    return array([number] * DIMENSIONS)


def document(data: str | list[str], shape: object = None) -> bytes:
    """Return the model's JSON for these rows. `data` can also be any JSON text."""
    shape = shape or [len(data), DIMENSIONS]
    text = data if isinstance(data, str) else array(data)
    return f'{{"shape":{json.dumps(shape)},"data":{text}}}'.encode()


@cache
def right(count: int) -> bytes:
    return document(rows(count))


def float32(values: list[float]) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def rounded(values: list[float]) -> list[float]:
    return list(struct.unpack(f"<{len(values)}f", float32(values)))


def check(body: bytes, count: int) -> None:
    """Raise ValueError, TypeError or RecursionError unless `body` is a right answer for `count` texts."""
    found = json.loads(body.decode("utf-8"), parse_constant=_fail, object_pairs_hook=_without_duplicates)
    if not isinstance(found, dict):
        raise TypeError("not an object")
    data = found["data"] if "data" in found else _fail("no data")
    if len(data) != count or found.get("shape", [count, DIMENSIONS]) != [count, DIMENSIONS]:
        raise ValueError("not the requested rows")
    for values in data:
        _check_row(values)


def _check_row(values: Any) -> None:
    if not isinstance(values, list) or len(values) != DIMENSIONS:
        raise ValueError("not 768 values")
    if any(type(value) not in (int, float) for value in values):
        raise TypeError("not numbers")
    try:
        found = rounded(values)
    except OverflowError as error:
        raise ValueError("not finite as float32") from error
    if not all(map(math.isfinite, found)) or not any(found):
        raise ValueError("not finite, or all zeros")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a duplicate key")
    return dict(pairs)


def _fail(found: str) -> NoReturn:
    raise ValueError(found)
