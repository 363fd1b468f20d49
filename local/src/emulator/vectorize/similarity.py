"""Exact similarity over float32 vectors: cosine, euclidean, dot-product."""

import heapq
import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from operator import mul
from typing import Protocol, TypeVar

# `math.sumprod` is a single C loop; it exists since Python 3.12
_dot: Callable[[Sequence[float], Sequence[float]], float] = getattr(math, "sumprod", None) or (
    lambda left, right: math.fsum(map(mul, left, right))
)


class Scored(Protocol):
    """An object with a vector. `norm` is the length of the vector."""

    @property
    def values(self) -> "array[float]": ...
    @property
    def norm(self) -> float: ...


Row = TypeVar("Row", bound=Scored)


def norm(values: Sequence[float]) -> float:
    return math.sqrt(_dot(values, values))


def cosine(query: Sequence[float], rows: Sequence[Scored]) -> list[float]:
    """Return a score from -1 to 1 for each row; 0 if either vector is all zeros."""
    length = norm(query)
    return [_dot(query, row.values) / (length * row.norm) if length * row.norm else 0.0 for row in rows]


def euclidean(query: Sequence[float], rows: Sequence[Scored]) -> list[float]:
    return [math.dist(query, row.values) for row in rows]


def dot_product(query: Sequence[float], rows: Sequence[Scored]) -> list[float]:
    return [_dot(query, row.values) for row in rows]


METRICS: dict[str, Callable[[Sequence[float], Sequence[Scored]], list[float]]] = {
    "cosine": cosine,
    "euclidean": euclidean,
    "dot-product": dot_product,
}


def nearest(metric: str, query: Iterable[float], rows: Sequence[Row], count: int) -> list[tuple[float, Row]]:
    """Return the `count` best rows with their scores, best first. Equal scores keep the order of `rows`.

    The highest cosine or dot product is the best, but the lowest euclidean distance.
    """
    scores = METRICS[metric](list(query), rows)
    choose = heapq.nsmallest if metric == "euclidean" else heapq.nlargest
    best = choose(count, range(len(rows)), key=scores.__getitem__)
    return [(scores[index], rows[index]) for index in best]
