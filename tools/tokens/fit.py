"""The fit of the token estimate's weights: linear regression on the relative errors, in pure Python.

The loss is convex, so there is one optimum, wherever the fit begins. It begins with one token for everything that is
counted, and a count that few texts have stays near it.
"""

from collections import Counter
from typing import Final, NamedTuple

from tools.tokens.figures import NAMES, Row


class Source(NamedTuple):
    """How much the texts of a source matter: each kind or language of it, and an estimate that is too low."""

    importance: float
    under: float


# Prose must be right. Of other texts an estimate that is too high is better than one that is too low.
SOURCES: Final = {
    "translation": Source(2.0, 1.0),  # texts of user interfaces and manuals in 60 languages
    "declaration": Source(0.2, 1.0),  # the Universal Declaration of Human Rights in 400 languages
    "code": Source(1.0, 1.0),  # source code, markup and configuration
    "kind": Source(0.5, 4.0),  # data that people send: DNA, base64, logs, CSV, emoji
    "generated": Source(0.2, 5.0),  # random letters of each script, joined words, symbols
}
_MAIN: Final = {"en": 4.0, "ru": 4.0}  # languages that have weights of their own, which no other language corrects
_OUTLIER: Final = 0.25  # a relative error beyond this counts linearly, a smaller one squared (Huber's loss)
_PRIOR: Final = 0.003  # the pull towards one token
_CONVERGED: Final = 1e-4  # the weights have two decimals
_ROUNDS: Final = 100

Line = list[tuple[int, float]]  # the counts of one text, divided by its tokens, by their index in NAMES


def fit(rows: list[Row]) -> dict[str, float]:
    """Return the weight of each count."""
    lines = [_line(row) for row in rows]
    targets = [1 - row.single / row.tokens for row in rows]
    groups = [(row.source, row.kind) for row in rows]
    sizes = Counter(groups)
    shares = [_importance(*group) / sizes[group] for group in groups]
    unders = [SOURCES[row.source].under for row in rows]
    weights = [1.0] * len(NAMES)
    for _ in range(_ROUNDS):
        errors = [_sum(line, weights) - target for line, target in zip(lines, targets, strict=True)]
        pulls = list(map(_pull, errors, shares, unders))
        before, weights = weights, _regression(lines, targets, pulls)
        if max(abs(a - b) for a, b in zip(before, weights, strict=True)) < _CONVERGED:
            break
    return {name: round(weight, 2) for name, weight in zip(NAMES, weights, strict=True)}


def _importance(source: str, kind: str) -> float:
    return SOURCES[source].importance * _MAIN.get(kind.partition("_")[0], 1.0)


def _line(row: Row) -> Line:
    return [(NAMES.index(name), number / row.tokens) for name, number in row.counts.items()]


def _sum(line: Line, weights: list[float]) -> float:
    return sum(weights[index] * number for index, number in line)


def _pull(error: float, share: float, under: float) -> float:
    """How much a text counts in the next round of the regression."""
    return share * (under if error < 0 else 1.0) * min(1.0, _OUTLIER / max(abs(error), 1e-9))


def _regression(lines: list[Line], targets: list[float], pulls: list[float]) -> list[float]:
    """Solve the normal equations of the weighted least squares."""
    size = len(NAMES)
    matrix = [[_PRIOR * (row == column) for column in range(size)] + [_PRIOR] for row in range(size)]
    for line, target, pull in zip(lines, targets, pulls, strict=True):
        for index, number in line:
            row, weight = matrix[index], pull * number
            row[size] += weight * target
            for other, value in line:
                row[other] += weight * value
    return _solve(matrix)


def _solve(matrix: list[list[float]]) -> list[float]:
    """Gauss-Jordan elimination. The matrix is positive definite, so that no pivot is 0."""
    for column in range(len(matrix)):
        pivot = matrix[column]
        for row in matrix:
            if row is not pivot and row[column]:
                factor = row[column] / pivot[column]
                row[:] = [value - factor * other for value, other in zip(row, pivot, strict=True)]
    return [row[-1] / row[index] for index, row in enumerate(matrix)]
