"""The table of right but unusual answers. They must be accepted."""

import json
from collections.abc import Callable

from tests.runtime.faults.answers.building import (
    CHUNKED,
    CLOSED,
    DIMENSIONS,
    Answer,
    Case,
    array,
    document,
    numbers,
    right,
    rows,
    whole,
)

FIRST_256_ZERO = "first-256-zero"  # right, but can't be shortened to 256 dimensions


def _single(number: str, start: int) -> Callable[[int], bytes]:
    """Return rows of zeros with one number, at a different position in each row."""

    def make(count: int) -> bytes:
        found = []
        for index in range(count):
            values = ["0"] * DIMENSIONS
            values[start + index] = number
            found.append(array(values))
        return document(found)

    return make


def _with_values(*texts: str) -> Callable[[int], bytes]:
    """Return rows with these numbers, in turn, at every seventh position."""

    def make(count: int) -> bytes:
        found = []
        for index in range(count):
            values = list(numbers(index))
            for turn, place in enumerate(range(0, DIMENSIONS, 7)):
                values[place] = texts[turn % len(texts)]
            found.append(array(values))
        return document(found)

    return make


def _rewritten(form: str) -> Callable[[int], bytes]:
    return lambda n: document([array([format(float(text), form) for text in numbers(index)]) for index in range(n)])


def _dumped(**options: object) -> Callable[[int], bytes]:
    return lambda n: json.dumps(json.loads(right(n)), **options).encode()


def _member(text: str) -> Callable[[int], bytes]:
    return lambda n: b"{" + text.encode() + b"," + right(n)[1:]


def _crlf(count: int) -> bytes:
    return b"\r\n\t " + _dumped(indent="\t")(count).replace(b"\n", b"\r\n") + b" \t\r\n"


_BODIES: dict[str, Callable[[int], bytes]] = {
    "plain": right,
    "member-before": _member('"pooling":"mean"'),
    "member-after": lambda n: right(n)[:-1] + b',"pooling":"mean"}',
    "member-with-data": _member('"meta":{"data":[[1,2],null],"shape":[7]}'),
    "member-like-data": _member(r'"note":"\"data\":[[1,2]]}] \\","größe":{"ü":[true,{}]}'),
    "data-before-shape": lambda n: f'{{"data":{array(rows(n))},"shape":[{n},{DIMENSIONS}]}}'.encode(),
    "shape-missing": lambda n: f'{{"data":{array(rows(n))}}}'.encode(),
    "indented": _dumped(indent=1),
    "spaces": _dumped(separators=(" , ", "  :  ")),
    "tabs": _dumped(separators=("\t,\t", "\t:\t")),
    "crlf": _crlf,
    "exponents": _with_values("1E-2", "1e+0", "-2.5e-3", "1.5E+1", "-0e0"),
    "exponents-everywhere": _rewritten(".8E"),
    "integers": _with_values("1", "-1", "0", "12", "-0"),
    "digits-25": _rewritten(".25f"),
    "tiny-numbers": _with_values("1e-60", "-1e-40", "0.0", "1e-999"),
    "largest-float32": _with_values("3.4028234e38", "-3.4028234e38"),
    "single-number": _single("0.5", 0),
    "single-integer": _single("-1", 1),
    "single-subnormal": _single("1e-40", 2),
    FIRST_256_ZERO: _single("1", 256),
}


RIGHT: dict[str, Case] = {
    **{f"right.{name}": whole(make) for name, make in _BODIES.items()},
    "right.chunked": Case(lambda n: Answer(right(n), CHUNKED)),
    "right.closed": Case(lambda n: Answer(right(n), CLOSED)),
}
ZERO_IF_SHORTENED = f"right.{FIRST_256_ZERO}"
