"""The rows that the upstream emulator returns: random, of length 1, equal in every run. Checks compare with them."""

import array
import base64
import json
import math
import operator
import random
from pathlib import Path
from typing import Any

DIMENSIONS = 768
TEXTS = 100  # rows per variant; the limit of a model call
VARIANTS = 4
_TOLERANCE = 1e-6  # for values rounded to float32

Row = list[float]
Matrix = list[Row]


class WrongAnswerError(ValueError):
    """An answer does not agree with the emulator's rows."""


class Rows:
    """The rows of the upstream emulator. The JSON of 100 rows has about 1.6 MB."""

    def __init__(self) -> None:
        source = random.Random(300)  # noqa: S311 test data
        self.rows = [_unit([source.gauss() for _ in range(DIMENSIONS)]) for _ in range(TEXTS * VARIANTS)]

    def write(self, file: Path) -> Path:
        """Write all rows as one JSON array, with one row per line."""
        file.write_text("[" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in self.rows) + "]")
        return file

    def check(self, answer: list[Row], *, texts: int, dimensions: int = DIMENSIONS) -> None:
        """Raise WrongAnswerError unless `answer` is `texts` rows of the emulator, in order, of `dimensions`."""
        if len(answer) != texts:
            raise WrongAnswerError(f"{len(answer)} rows for {texts} texts")
        for index, row in enumerate(answer):
            if not any(_close(row, _unit(known[:dimensions])) for known in self._candidates(index, row)):
                raise WrongAnswerError(f"row {index} is not one of the model's")

    def check_cosines(self, scores: Matrix, *, texts: int) -> None:
        """Raise WrongAnswerError unless `scores` are the cosines of all pairs of `texts` rows of the emulator."""
        known = [self.rows[start : start + texts] for start in range(0, len(self.rows), TEXTS)]
        matching = next((rows for rows in known if abs(_dot(rows[0], rows[-1]) - scores[0][-1]) <= _TOLERANCE), None)
        if matching is None:
            raise WrongAnswerError("the scores belong to no rows of the model")
        if len(scores) != texts:
            raise WrongAnswerError(f"{len(scores)} rows of scores for {texts} texts")
        for index, (row, wanted) in enumerate(zip(scores, _cosines(matching), strict=True)):
            if not _close(row, wanted):
                raise WrongAnswerError(f"the scores of text {index} are wrong")

    def _candidates(self, index: int, row: Row) -> list[Row]:
        indexes = range(index % TEXTS, len(self.rows), TEXTS)
        return [self.rows[i] for i in indexes if row and row[0] * self.rows[i][0] > 0]


def _unit(row: Row) -> Row:
    norm = math.hypot(*row)
    return [value / norm for value in row]


def _dot(one: Row, other: Row) -> float:
    return math.fsum(map(operator.mul, one, other))


def _cosines(units: list[Row]) -> Matrix:
    """Return the dot products of all pairs of unit rows. Only one half is computed, and mirrored at the diagonal."""
    upper = [[_dot(row, other) for other in units[index:]] for index, row in enumerate(units)]
    return [[upper[min(i, j)][abs(i - j)] for j in range(len(units))] for i in range(len(units))]


def _close(row: Row, known: Row) -> bool:
    return len(row) == len(known) and all(abs(a - b) <= _TOLERANCE for a, b in zip(row, known, strict=True))


def native(body: bytes) -> list[Row]:
    """Return the rows of a native answer, and check its shape."""
    answer = json.loads(body)
    data: list[Row] = answer["data"]
    if answer["shape"] != [len(data), len(data[0])]:
        raise WrongAnswerError(f"the shape is {answer['shape']}")
    return data


def openai(body: bytes) -> list[Row]:
    """Return the rows of an answer in OpenAI's format, floats or base64."""
    items = json.loads(body)["data"]
    if [item["index"] for item in items] != list(range(len(items))):
        raise WrongAnswerError("the indexes are not in order")
    return [_floats(item["embedding"]) for item in items]


def _floats(embedding: Any) -> Row:  # noqa: ANN401 JSON
    if isinstance(embedding, str):
        return array.array("f", base64.b64decode(embedding, validate=True)).tolist()
    return list(embedding)
