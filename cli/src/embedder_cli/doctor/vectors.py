"""Arithmetic with vectors in plain Python: length, cosine, base64."""

import math
from array import array
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from operator import mul
from sys import byteorder

Vector = Sequence[float]

_UNIT_TOLERANCE = 1e-3  # far more than the error of JSON digits and half precision
_SAME_COSINE = 0.9999  # two calls of a model on GPUs may differ in the last digits


def length(vector: Vector) -> float:
    return math.sqrt(math.fsum(map(mul, vector, vector)))


def dot(left: Vector, right: Vector) -> float:
    return math.fsum(map(mul, left, right))


def cosine(left: Vector, right: Vector) -> float:
    """Return the cosine of two vectors; 0 if one of them is zero."""
    if len(left) != len(right):
        raise ValueError(f"{len(left)} and {len(right)} numbers")
    product = length(left) * length(right)
    return dot(left, right) / product if product else 0.0


def outside(vector: Vector, others: Sequence[Vector]) -> float:
    """Return the length of the part of a vector that no sum of multiples of `others` has (Gram-Schmidt)."""
    axes: list[Vector] = []
    for other in others:
        rest = _beside(other, axes)
        axes.append([value / size for value in rest] if (size := length(rest)) else rest)
    return length(_beside(vector, axes))


def kept(left: Vector, right: Vector) -> float:
    """Return the share of numbers whose quotient is the most frequent one: what is the same but for a factor."""
    quotients = [round(other / one, 3) for one, other in zip(left, right, strict=True) if one]
    return max(Counter(quotients).values()) / len(left) if quotients else 0.0


def _beside(vector: Vector, axes: Sequence[Vector]) -> Vector:
    """Return a vector without its share of `axes`, which are at right angles and have length 1."""
    for axis in axes:
        share = dot(vector, axis)
        vector = [value - share * part for value, part in zip(vector, axis, strict=True)]
    return vector


def is_unit(vector: Vector) -> bool:
    return abs(length(vector) - 1) <= _UNIT_TOLERANCE


def same(left: Vector, right: Vector, *, least: float = _SAME_COSINE) -> bool:
    """Return whether two vectors are the same except for the last digits."""
    return len(left) == len(right) and cosine(left, right) >= least


def from_base64(text: str) -> list[float]:
    """Return the numbers of base64 of little-endian float32."""
    numbers = array("f", b64decode(text, validate=True))
    if byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


def worst(found: Sequence[float], expected: Sequence[float]) -> float:
    """Return the largest difference between a figure and its published value."""
    return max(abs(a - b) for a, b in zip(found, expected, strict=True))
