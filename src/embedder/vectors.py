"""What comes back from the model: rows as raw JSON, float32, base64; cut and renormalised. No I/O.

A row is a vector of 768 numbers. Rows that nobody computes with stay the JSON text that the model sent.
"""

import math
import re
from array import array
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from embedder.errors import UpstreamInvalidError
from embedder.settings import DIMENSIONS

FLOAT = "float"
BASE64 = "base64"
ENCODINGS = (FLOAT, BASE64)


class Form(msgspec.Struct, frozen=True):
    """How vectors are wanted: numbers a vector, and their encoding."""

    dimensions: int = DIMENSIONS
    encoding: str = FLOAT

    @property
    def untouched(self) -> bool:
        """True if the model's own digits serve."""
        return self.dimensions == DIMENSIONS and self.encoding == FLOAT


def _slow_dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


# math.sumprod came with Python 3.12; the Worker runs 3.14, the development group may run 3.11.
dot: Callable[[Sequence[float], Sequence[float]], float] = getattr(math, "sumprod", _slow_dot)


class _RawAnswer(msgspec.Struct):
    data: list[msgspec.Raw]


class _Answer(msgspec.Struct):
    data: list[list[float]]


_raw_decoder = msgspec.json.Decoder(_RawAnswer)
_decoder = msgspec.json.Decoder(_Answer)
_row_decoder = msgspec.json.Decoder(list[float])
_HEAD = re.compile(rb'\s*\{\s*"shape"\s*:\s*\[\s*(\d+)\s*,\s*(\d+)\s*\]\s*,\s*"data"\s*:\s*\[\s*\[([-+0-9.eE, ]+)')
_FLOAT32_BYTES = 4
_PLAIN_ROW = b"[" + b"," * (DIMENSIONS - 1) + b"]"
_ZERO_DIGITS = b"[]0., -e"
A = TypeVar("A")


def raw_rows(body: bytes, count: int) -> list[bytes]:
    """Return the rows of a model's answer as JSON text, without reading their numbers.

    Raises UpstreamInvalidError unless there are `count` rows of 768 numbers that are not all zero.
    """
    rows = [bytes(row) for row in _decode(_raw_decoder, body).data]
    _check_count(len(rows), count)
    for index, row in enumerate(rows):
        # JSON text that is no plain row may still be one in another notation: reading its numbers decides
        if _skeleton(row) != _PLAIN_ROW:
            _check_row(index, _decode(_row_decoder, row))
        elif not row.strip(_ZERO_DIGITS):
            raise UpstreamInvalidError(f"The model's row {index} is all zeros.")
    return rows


def _skeleton(row: bytes) -> bytes:
    """Return what a row of JSON numbers has beside digits, points, signs and negative exponents."""
    return row.translate(None, b"0123456789. ").replace(b"e-", b"").replace(b"-", b"")


def float_rows(body: bytes, count: int) -> list[list[float]]:
    """Return the rows of a model's answer as floats; UpstreamInvalidError unless `count` finite rows of 768."""
    rows = _decode(_decoder, body).data
    _check_count(len(rows), count)
    for index, row in enumerate(rows):
        _check_row(index, row)
    return rows


def _check_row(index: int, row: list[float]) -> None:
    if len(row) != DIMENSIONS:
        raise UpstreamInvalidError(f"The model's row {index} holds {len(row)} numbers, not {DIMENSIONS}.")
    if not any(row):
        raise UpstreamInvalidError(f"The model's row {index} is all zeros.")
    if not math.isfinite(max(row) - min(row)):
        raise UpstreamInvalidError(f"The model's row {index} holds a number that is not finite.")


def _decode(decoder: "msgspec.json.Decoder[A]", body: bytes) -> A:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UpstreamInvalidError("The model's answer is not the JSON of rows of numbers.") from error


def _check_count(found: int, count: int) -> None:
    if found != count:
        raise UpstreamInvalidError(f"The model answered {found} rows for {count} texts.")


def encoded_rows(body: bytes, count: int, form: Form) -> list[bytes]:
    """Return each row of a model's answer as JSON text in the form asked for: an array, or a base64 string."""
    if form.untouched:
        return raw_rows(body, count)
    return [_encode(row, form) for row in float_rows(body, count)]


def reencoded(row: bytes, form: Form) -> bytes:
    """Return a row of 768 numbers as JSON in another form."""
    return row if form.untouched else _encode(_row_decoder.decode(row), form)


def _encode(row: list[float], form: Form) -> bytes:
    short = shorten(row, form.dimensions)
    return b'"%b"' % to_base64(short) if form.encoding == BASE64 else to_json(short)


def head_fits(head: bytes, count: int) -> bool:
    """Return whether an answer that begins with `head` is one of `count` rows of 768 numbers, as far as can be seen."""
    found = _HEAD.match(head)
    return bool(found and int(found[1]) == count and int(found[2]) == DIMENSIONS and found[3].strip(_ZERO_DIGITS))


def check_float32(numbers: bytes, count: int) -> None:
    """Raise UpstreamInvalidError unless `numbers` are `count` finite rows of 768 float32 that are not all zero."""
    size = DIMENSIONS * _FLOAT32_BYTES
    if len(numbers) != count * size:
        raise UpstreamInvalidError(f"The model did not answer {count} rows of {DIMENSIONS} numbers.")
    values = array("f", numbers)
    # a sum is finite only if all its parts are; float32 values can't overflow it
    if not math.isfinite(sum(values)):
        raise UpstreamInvalidError("The model answered a number that is not finite.")
    for index in range(count):
        if not any(numbers[index * size : (index + 1) * size].strip(b"\0\x80")):
            raise UpstreamInvalidError(f"The model's row {index} is all zeros.")


def body_of(rows: list[bytes], dimensions: int) -> bytes:
    """Return rows of JSON text as the model's own answer."""
    return b'{"shape":[%d,%d],"data":[%b]}' % (len(rows), dimensions, b",".join(rows))


def shorten(row: list[float], dimensions: int) -> list[float]:
    """Return the first `dimensions` numbers of `row`, at unit length again (Matryoshka: cut, then renormalise)."""
    if dimensions == DIMENSIONS:
        return row
    head = row[:dimensions]
    length = math.sqrt(dot(head, head))
    if not length:
        raise UpstreamInvalidError(f"The first {dimensions} numbers of a vector are all zero.")
    return [value / length for value in head]


def to_base64(row: list[float]) -> bytes:
    """Return `row` as base64 of little-endian float32 (the byte order of WebAssembly and of the machines around it)."""
    return b2a_base64(array("f", row).tobytes(), newline=False)


def to_json(row: list[float]) -> bytes:
    """Return `row` as JSON, to nine decimals: finer than float32 at these magnitudes."""
    return msgspec.json.encode([round(value, 9) for value in row])


def cosines(source: list[float], rows: list[list[float]]) -> list[float]:
    """Return the cosine of `source` with every row; all are of unit length."""
    return [_cosine(source, row) for row in rows]


def cosine_matrix(rows: list[list[float]]) -> list[list[float]]:
    """Return the cosines of all pairs; each pair is computed once."""
    matrix = [[1.0] * len(rows) for _ in rows]
    for i, row in enumerate(rows):
        for j in range(i):
            matrix[i][j] = matrix[j][i] = _cosine(row, rows[j])
    return matrix


def _cosine(left: list[float], right: list[float]) -> float:
    return round(max(-1.0, min(1.0, dot(left, right))), 9)
