"""Checks, for every output format, that a reply contains the rows of the model."""

import json
import math
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from tests.runtime.faults.answers.building import DIMENSIONS, float32, rounded

Rows = list[list[float]]
Matches = Callable[[Any, Rows], bool]

TOLERANCE = 1e-6


def same_numbers(found: Rows, rows: Rows) -> bool:
    return found == rows


def same_float32(found: Rows, rows: Rows) -> bool:
    """Compare as float32. JSON.stringify loses the sign of zeros."""
    return [rounded(values) for values in found] == [rounded(values) for values in rows]


def same_base64(found: list[str], rows: Rows) -> bool:
    return [b64decode(text) for text in found] == [float32(values) for values in rows]


def first_256(found: Rows, rows: Rows) -> bool:
    return len(found) == len(rows) and all(map(_close, found, [_unit(values[:256]) for values in rows]))


def source_scores(found: list[float], rows: Rows) -> bool:
    return _close(found, _cosines(rows)[0][1:])


def matrix_scores(found: Rows, rows: Rows) -> bool:
    return len(found) == len(rows) and all(map(_close, found, _cosines(rows)))


def _unit(values: list[float]) -> list[float]:
    length = math.hypot(*values)
    return [value / length for value in values]


def _close(found: list[float], expected: list[float]) -> bool:
    return len(found) == len(expected) and all(
        abs(left - right) <= TOLERANCE for left, right in zip(found, expected, strict=True)
    )


def _cosines(rows: Rows) -> Rows:
    units = [_unit(values) for values in rows]
    return [[math.fsum(map(float.__mul__, left, right)) for right in units] for left in units]


def in_data(matches: Matches, width: int = DIMENSIONS) -> Matches:
    return lambda answer, rows: answer["shape"] == [len(rows), width] and matches(answer["data"], rows)


def in_items(matches: Matches) -> Matches:
    """Compare the rows of the last call. Earlier calls have ordinary right answers."""

    def check(answer: Any, rows: Rows) -> bool:
        items = answer["data"]
        in_order = [item["index"] for item in items] == list(range(len(items)))
        return in_order and matches([item["embedding"] for item in items[-len(rows) :]], rows)

    return check


def in_result(answer: Any, rows: Rows) -> bool:
    return answer["success"] is True and in_data(same_numbers)(answer["result"], rows)


def in_vectors(answer: Any, rows: Rows) -> bool:
    """Compare as float32, as Vectorize stores them."""
    [body] = answer["bodies"]
    return same_float32([json.loads(line)["values"] for line in body.splitlines()], rows)


def in_query(answer: Any, rows: Rows) -> bool:
    [body] = answer["bodies"]
    return same_float32([json.loads(body)["vector"]], rows)


def in_vectors_and_data(answer: Any, rows: Rows) -> bool:
    return in_vectors(answer, rows) and in_data(same_numbers)(answer["answer"], rows)


def flat_float32(answer: Any, rows: Rows) -> bool:
    head = answer["shape"] == [len(rows), DIMENSIONS] and answer["kind"] == "Float32Array"
    return head and answer["data"] == [value for values in rows for value in rounded(values)]


def in_scores(matches: Matches) -> Matches:
    return lambda answer, rows: matches(answer["scores"], rows)


def in_response(answer: Any, rows: Rows) -> bool:
    return answer["status"] == 200 and in_data(same_numbers)(answer["response"], rows)
