"""What comes back from the model: rows as raw JSON, float32, base64; cut and renormalised. No I/O.

A row is a vector of 768 numbers: the JSON text that the model sent where nobody computes with it, else the bytes of
little-endian float32, which is the byte order of WebAssembly.
"""

import math
import re
from array import array
from binascii import b2a_base64
from collections.abc import Callable, Sequence

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


_raw_decoder = msgspec.json.Decoder(_RawAnswer)
_row_decoder = msgspec.json.Decoder(list[float])
_ZERO_DIGITS = b"[]0., -e"
_HEAD = re.compile(rb'\s*\{\s*"shape"\s*:\s*\[\s*(\d+)\s*,\s*(\d+)\s*\]\s*,\s*"data"\s*:\s*\[\s*\[([-+0-9.eE, ]+)')
_FLOAT32_BYTES = 4
_ROW_BYTES = DIMENSIONS * _FLOAT32_BYTES


def raw_rows(body: bytes, count: int) -> list[bytes]:
    """Return the rows of a model's answer as JSON text; their numbers are counted, and those of the first row read.

    Raises UpstreamInvalidError unless there are `count` rows of 768 values, none of them null or a word, and none of
    the rows all zeros.
    """
    try:
        rows = [bytes(row) for row in _raw_decoder.decode(body).data]
        _row_decoder.decode(rows[0] if rows else b"[]")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UpstreamInvalidError("The model's answer is not the JSON of rows of numbers.") from error
    if len(rows) != count:
        raise UpstreamInvalidError(f"The model answered {len(rows)} rows for {count} texts.")
    for index, row in enumerate(rows):
        # of the words of JSON, null and false have an l, true has a u
        if row.count(b",") != DIMENSIONS - 1 or b"l" in row or b"u" in row:
            raise UpstreamInvalidError(f"The model's row {index} is not {DIMENSIONS} numbers.")
        if not row.strip(_ZERO_DIGITS):
            raise UpstreamInvalidError(f"The model's row {index} is all zeros.")
    return rows


def head_fits(head: bytes, count: int) -> bool:
    """Return whether an answer that begins with `head` is one of `count` rows of 768 numbers, as far as can be seen."""
    found = _HEAD.match(head)
    return bool(found and int(found[1]) == count and int(found[2]) == DIMENSIONS and found[3].strip(_ZERO_DIGITS))


def float32_rows(numbers: bytes, count: int) -> list[bytes]:
    """Cut n x 768 little-endian float32 into rows; UpstreamInvalidError unless there are `count`, none all zeros."""
    if len(numbers) != count * _ROW_BYTES:
        raise UpstreamInvalidError(f"The model did not answer {count} rows of {DIMENSIONS} numbers.")
    rows = [numbers[start : start + _ROW_BYTES] for start in range(0, len(numbers), _ROW_BYTES)]
    for index, row in enumerate(rows):
        if not row.strip(b"\0\x80"):
            raise UpstreamInvalidError(f"The model's row {index} is all zeros.")
    return rows


def body_of(rows: list[bytes], dimensions: int) -> bytes:
    """Return rows of JSON text as the model's own answer."""
    return b'{"shape":[%d,%d],"data":[%b]}' % (len(rows), dimensions, b",".join(rows))


def encode(row: bytes, form: Form) -> bytes:
    """Return a row of 768 float32 as JSON in the form asked for: an array of numbers, or a base64 string."""
    if form.dimensions == DIMENSIONS and form.encoding == BASE64:
        return b'"%b"' % b2a_base64(row, newline=False)
    short = shorten(row, form.dimensions)
    if form.encoding == BASE64:
        return b'"%b"' % b2a_base64(array("f", short).tobytes(), newline=False)
    return msgspec.json.encode(short)


def encode_raw(row: bytes, form: Form) -> bytes:
    """Return a row of JSON text in the form asked for."""
    return row if form.untouched else encode(array("f", _row_decoder.decode(row)).tobytes(), form)


def shorten(row: bytes, dimensions: int) -> list[float]:
    """Return the first numbers of a row of 768 float32, at unit length again (Matryoshka: cut, then renormalise)."""
    head = array("f", row[: dimensions * _FLOAT32_BYTES]).tolist()
    if dimensions == DIMENSIONS:
        return head
    length = math.sqrt(dot(head, head))
    if not length:
        raise UpstreamInvalidError(f"The first {dimensions} numbers of a vector are all zero.")
    scale = 1 / length
    return [value * scale for value in head]


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
