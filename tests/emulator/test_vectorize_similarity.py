"""Similarity in the Vectorize emulator, compared with the definitions of the metrics."""

import math
import random
from array import array

import msgspec
import pytest

from emulator.vectorize import similarity

NUMBERS = random.Random(7)


class Row(msgspec.Struct):
    values: object
    norm: float


def row(*values):
    numbers = array("f", values)
    return Row(numbers, math.sqrt(sum(value * value for value in numbers)))


def random_rows(count, dimensions=16):
    return [row(*(NUMBERS.uniform(-1, 1) for _ in range(dimensions))) for _ in range(count)]


def dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


DEFINITIONS = {
    "cosine": lambda a, b: dot(a, b) / math.sqrt(dot(a, a)) / math.sqrt(dot(b, b)),
    "dot-product": dot,
    "euclidean": lambda a, b: math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True))),
}


@pytest.mark.parametrize("metric", similarity.METRICS)
def test_nearest_agrees_with_the_definition_of_the_metric(metric):
    rows, query = random_rows(300), [NUMBERS.uniform(-1, 1) for _ in range(16)]
    expected = [(DEFINITIONS[metric](query, each.values), number) for number, each in enumerate(rows)]
    expected.sort(reverse=metric != "euclidean")
    found = similarity.nearest(metric, query, rows, 20)
    assert [rows.index(each) for _, each in found] == [number for _, number in expected[:20]]
    assert [score for score, _ in found] == pytest.approx([score for score, _ in expected[:20]], abs=1e-12)


def test_cosine_ignores_the_length_of_vectors():
    [(score, _)] = similarity.nearest("cosine", [3, 4], [row(0.3, 0.4)], 1)
    assert score == pytest.approx(1, abs=1e-7)


def test_the_cosine_with_an_all_zero_vector_is_zero():
    assert similarity.cosine([1, 1], [row(0, 0)]) == [0.0]
    assert similarity.cosine([0, 0], [row(1, 1)]) == [0.0]


def test_nearest_returns_at_most_the_existing_rows():
    assert len(similarity.nearest("cosine", [1, 0], [row(1, 0)], 5)) == 1
    assert similarity.nearest("cosine", [1, 0], [], 5) == []


@pytest.mark.parametrize("metric", similarity.METRICS)
def test_equal_scores_keep_the_order_of_the_rows(metric):
    rows = [row(1, 0) for _ in range(9)]
    assert [id(each) for _, each in similarity.nearest(metric, [1, 0], rows, 4)] == [id(each) for each in rows[:4]]
