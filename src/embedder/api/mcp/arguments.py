"""Arguments of a tool as some hosts send them: JSON in a string, and whole numbers as floats.

`{"texts": "[\\"a\\"]", "top_k": 5.0}` stands for `{"texts": ["a"], "top_k": 5}`. What the schema wants as a string is
never read as anything else.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from embedder import decoding
from embedder.errors import EmbedderError
from embedder.settings import MAX_JSON_DEPTH

# The last part is what is no token: the search tries each of its characters if nothing matches them.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[0-9][0-9.eE+-]*+|[\[\]{},:]|[^"0-9\[\]{},:]++', re.DOTALL)
_MARKS = frozenset('"[]{},:')
_DIGITS = frozenset("0123456789")
_MAX_TOKENS = 20_000  # of all such strings: each takes a step in Python, and msgspec long for some numbers
_USUAL_DIGITS = 26
_EXPONENT = re.compile("[eE]")
_EXPONENT_TOKENS = 64  # bindings/isolate/limits.js counts numbers likewise


class _Shape(NamedTuple):
    """What a value may be: types of JSON values, and the shapes of items or members."""

    takes: frozenset[Any]
    item: "_Shape | None" = None
    fields: "Mapping[str, _Shape] | None" = None


def decode(arguments: bytes, kind: Any) -> Any:  # noqa: ANN401
    """Decode arguments into a Struct. Raises the errors of `decoding.decode`."""
    try:
        return decoding.decode(arguments, kind)
    except EmbedderError as error:
        if error.code != "invalid_request":
            raise
        try:
            value = msgspec.json.decode(arguments)
        except msgspec.DecodeError:  # a number that is out of range
            raise error from None
    return decoding.convert(_converted({} if value is None else value, _of_struct(kind), _Budget()), kind)


class _Budget:
    """How many tokens of JSON strings may hold together."""

    def __init__(self) -> None:
        self.left = _MAX_TOKENS

    def allows(self, text: str) -> bool:
        """Return whether a text is neither nested too deeply nor has too many tokens."""
        depth = 0
        for token in _TOKEN.finditer(text):
            first = text[token.start()]
            depth += (first in "[{") - (first in "]}")
            self.left -= 1 if first in _MARKS else _weight(token) if first in _DIGITS else 0
            if depth > MAX_JSON_DEPTH or self.left < 0:
                return False
        return True


def _weight(number: re.Match[str]) -> int:
    """Return how many tokens a number counts for: as many as it takes longer, if it is long or has an exponent."""
    digits = number.end() - number.start()
    has_exponent = _EXPONENT.search(number.string, number.start(), number.end())
    return 1 + max(0, digits - _USUAL_DIGITS) + (_EXPONENT_TOKENS if has_exponent else 0)


def _converted(value: Any, shape: _Shape, budget: _Budget) -> Any:  # noqa: ANN401
    if str in shape.takes:
        return value
    if isinstance(value, str):
        value = _parsed(value, shape, budget)
    if isinstance(value, float) and value.is_integer() and int in shape.takes and float not in shape.takes:
        return int(value)
    if isinstance(value, list) and shape.item and str not in shape.item.takes:
        return [_converted(item, shape.item, budget) for item in value]
    if isinstance(value, dict) and shape.fields:
        return {name: _member(part, shape.fields.get(name), budget) for name, part in value.items()}
    return value


def _member(part: Any, shape: _Shape | None, budget: _Budget) -> Any:  # noqa: ANN401
    return _converted(part, shape, budget) if shape else part


def _parsed(text: str, shape: _Shape, budget: _Budget) -> Any:  # noqa: ANN401
    """Return the JSON in a text, if it is of a type that the schema takes; otherwise the text."""
    if not budget.allows(text):
        return text
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return text
    is_whole = isinstance(value, float) and value.is_integer() and int in shape.takes
    is_number = type(value) is int and float in shape.takes
    return value if type(value) in shape.takes or is_whole or is_number else text


@cache
def _of_struct(kind: Any) -> _Shape:  # noqa: ANN401
    hints = get_type_hints(kind, include_extras=False)
    fields = {field.encode_name: _shape(hints[field.name]) for field in msgspec.structs.fields(kind)}
    return _Shape(frozenset({dict}), fields=fields)


def _shape(hint: Any) -> _Shape:  # noqa: ANN401
    """Return the shape of a type. Where anything goes, a string goes, too."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _shape(parts[0])
    if origin in (Union, UnionType):
        shapes = [_shape(part) for part in parts]
        takes = frozenset[Any]().union(*(shape.takes for shape in shapes))
        item = next((shape.item for shape in shapes if shape.item), None)
        return _Shape(takes, item, next((shape.fields for shape in shapes if shape.fields), None))
    if origin is list:
        return _Shape(frozenset({list}), _shape(parts[0]))
    if origin is dict:
        return _Shape(frozenset({dict}))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _of_struct(hint)
    return _Shape(frozenset({hint}) if hint in (bool, int, float, NoneType) else frozenset({str}))
