"""The table of wrong rows: one number, or one whole row, is replaced."""

import json
from collections.abc import Callable

from tests.runtime.faults.answers.building import (
    DIMENSIONS,
    LAST,
    MIDDLE,
    NESTED,
    Answer,
    Case,
    array,
    document,
    numbers,
    row,
    rows,
    same,
)

# Replacements of one number. `empty-slot` at the first or last index leaves a comma at an end of the row.
VALUES = {
    "string": '"0.1"',
    "empty-string": '""',
    "word": "abc",
    "true": "true",
    "false": "false",
    "null": "null",
    "undefined": "undefined",
    "over-double": "1e999",
    "minus-over-double": "-1e999",
    "over-float32": "1e39",
    "just-over-float32": "3.4028236e38",
    "nan": "NaN",
    "infinity": "Infinity",
    "minus-infinity": "-Infinity",
    "nested": "[0.1]",
    "nested-empty": "[]",
    "object": "{}",
    "object-with-key": '{"a":1}',
    "hexadecimal": "0x10",
    "plus": "+1",
    "minus": "-",
    "two-minus": "--1",
    "leading-zero": "01",
    "minus-leading-zero": "-01",
    "no-integer": ".5",
    "no-fraction": "5.",
    "no-fraction-exponent": "1.e5",
    "no-exponent": "1e",
    "underscore": "1_0",
    "two-numbers": "0.1 0.2",
    "single-quotes": "'0.1'",
    "no-break-space": "\u00a00.1",
    "form-feed": "\f0.1",
    "comment": "/**/0.1",
    "empty-slot": "",
}

_LATER = -1  # the last row, also if it is the only one
_PLACES = {
    "first-row.first": (0, 0),
    "first-row.middle": (0, MIDDLE),
    "first-row.last": (0, LAST),
    "later-row.first": (_LATER, 0),
    "later-row.middle": (_LATER, MIDDLE),
    "later-row.last": (_LATER, LAST),
}

# Replacements of one row.
ROWS = {
    "zeros": same("0"),
    "zeros-fraction": same("0.0"),
    "zeros-negative": same("-0.0"),
    "zeros-exponent": same("0e5"),
    "zeros-small-exponent": same("0.0E-3"),
    "zeros-mixed": array(["0", "-0", "0.000", "0E+7"] * (DIMENSIONS // 4)),
    "underflow": same("1e-60"),
    "underflow-just": same("7e-46"),
    "underflow-double": same("-1e-999"),
    "767": array(numbers(0)[1:]),
    "769": array([*numbers(0), "0.1"]),
    "empty": "[]",
    "null": "null",
    "number": "1",
    "string": json.dumps(row(0)),
    "empty-object": "{}",
    "object-of-numbers": json.dumps({index: float(number) for index, number in enumerate(numbers(0))}),
    "object-with-row": f'{{"embedding":{row(0)}}}',
    "nested": f"[{row(0)}]",
    "leading-comma": f"[,{row(0)[1:]}",
    "trailing-comma": f"{row(0)[:-1]},]",
    "two-commas": row(0).replace(",", ",,", 1),
    "unopened": row(0)[1:],
    "unclosed": row(0)[:-1],
}


def _with_value(text: str, index: int, position: int) -> Callable[[int], Answer]:
    def make(count: int) -> Answer:
        values = list(numbers(index % count))
        values[position] = text
        return _replaced(count, index, array(values))

    return make


def _with_row(text: str, index: int) -> Callable[[int], Answer]:
    return lambda count: _replaced(count, index, text)


def _replaced(count: int, index: int, text: str) -> Answer:
    found = rows(count)
    found[index] = text
    return Answer(document(found))


def _uneven(change: int) -> Callable[[int], Answer]:
    """Return rows of which one has 767 values and another one 769, so that the total is right."""

    def make(count: int) -> Answer:
        found = rows(count)
        shorter, longer = (0, count - 1) if change < 0 else (count - 1, 0)
        found[shorter] = array(numbers(shorter)[1:])
        found[longer] = array([*numbers(longer), "0.1"])
        return Answer(document(found))

    return make


def _table() -> dict[str, Case]:
    cases = {f"rows-uneven.{change:+}": Case(_uneven(change), 2) for change in (-1, 1)}
    for name, text in VALUES.items():
        for place, (index, position) in _PLACES.items():
            cases[f"value.{name}.{place}"] = Case(_with_value(text, index, position), 1 if index == 0 else 2)
    for name, text in ROWS.items():
        cases[f"row.{name}.first-row"] = Case(_with_row(text, 0))
        cases[f"row.{name}.later-row"] = Case(_with_row(text, _LATER), 2)
    return cases


WRONG_ROWS = _table()
DEEP_ROWS = {
    "deep.row": Case(_with_row(NESTED, 0)),
    "deep.value.first-row": Case(_with_value(NESTED, 0, MIDDLE)),
    "deep.value.later-row": Case(_with_value(NESTED, _LATER, LAST), 2),
}
