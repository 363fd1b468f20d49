"""Exact similarity over float32 vectors: cosine, euclidean, dot-product. Pure."""

import heapq
import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from operator import mul
from typing import Protocol, TypeVar

# one C loop where there is one: Python 3.12 and later
_dot: Callable[[Sequence[float], Sequence[float]], float] = getattr(math, "sumprod", None) or (
    lambda left, right: math.fsum(map(mul, left, right))
)


class Scored(Protocol):
    """Something with a vector. `norm` is its length."""

    @property
    def values(self) -> "array[float]": ...
    @property
    def norm(self) -> float: ...


Row = TypeVar("Row", bound=Scored)


def norm(values: Sequence[float]) -> float:
    return math.sqrt(_dot(values, values))


def cosine(query: Sequence[float], rows: Sequence[Scored]) -> list[float]:
    """Return -1 to 1 for each row; 0 where a vector has no direction."""
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
    """Return the `count` best rows with their scores, best first; equal scores keep the order of `rows`.

    The best cosine and dot product is the highest, the best euclidean distance the lowest.
    """
    scores = METRICS[metric](list(query), rows)
    choose = heapq.nsmallest if metric == "euclidean" else heapq.nlargest
    places = choose(count, range(len(rows)), key=scores.__getitem__)
    return [(scores[place], rows[place]) for place in places]
