"""The database of the Vectorize emulator in plain Python: `emulator.vectorize.ports.Database` on `sqlite3`.

Exact scores are those of the definitions of the metrics, and approximate ones those of the quantised vectors.
"""

import json
import math
import operator
import sqlite3
from array import array

from emulator.vectorize.ports import Sent

METRICS = {
    "cosine": lambda a, b: _dot(a, b) / (_norm(a) * _norm(b)) if _norm(a) * _norm(b) else 0.0,
    "euclidean": math.dist,
    "dot-product": lambda a, b: _dot(a, b),
}


def _dot(left, right):
    assert len(left) == len(right)
    return sum(map(operator.mul, left, right))


def _norm(values):
    return math.hypot(*values)


def quantized(values):
    """Return the middle of the step of each number, see local/src/runtime/quantized.js."""
    step = max(map(abs, values), default=0) / 128
    signs = [-1 if place % 2 else 1 for place in range(len(values))]
    turned = [value * sign for value, sign in zip(values, signs, strict=True)]
    middles = [(min(127, math.floor(value / step)) + 0.5) * step if step else 0.0 for value in turned]
    return [value * sign for value, sign in zip(middles, signs, strict=True)]


class PlainDatabase:
    """Counts what the index does: statements, rows that it reads, vectors put into memory, and computed scores."""

    def __init__(self):
        self.connection = sqlite3.connect(":memory:")
        self.vectors = {}
        self.reset()

    def reset(self):
        self.statements = self.rows_read = self.puts = self.scores = 0

    @property
    def count(self):
        return len(self.vectors)

    def rows(self, select):
        self.statements += 1
        found = self.connection.execute(*select).fetchall()
        self.rows_read += len(found)
        return found

    def insert(self, statement, rows, sent=None):
        self.statements += 1
        for place, row in enumerate(rows):
            self.connection.execute(statement, (*row, *([sent.vectors[place].tobytes()] if sent else [])))

    def put(self, select):
        for row, blob in self.connection.execute(*select):
            self.vectors[row] = array("f", blob)
            self.puts += 1

    def remove(self, select):
        for (row,) in self.connection.execute(*select):
            self.vectors.pop(row, None)

    def nearest(self, query, metric, count, among, *, exact):
        vector = self.vectors[query] if isinstance(query, int) else query.vectors[0]
        rows = self.vectors if among is None else [row for (row,) in self.connection.execute(*among)]
        of = self.vectors.__getitem__ if exact else lambda row: quantized(self.vectors[row])
        scores = [(METRICS[metric](vector, of(row)), row) for row in rows if row in self.vectors]
        self.scores += len(scores)
        sign = 1 if metric == "euclidean" else -1
        scores.sort(key=lambda each: (sign * each[0], each[1]))
        return [(row, score) for score, row in scores[:count]]

    def take(self, body, form):
        vectors = []
        if not form:
            return Sent(body, vectors)
        if form == "lines":
            return Sent(b"\n".join(_taken(line, form, vectors, b"null") for line in body.splitlines()), vectors)
        return Sent(_taken(body, form, vectors, body), vectors)

    def fill(self, text):
        result = json.loads(text)
        for item in result if isinstance(result, list) else result["matches"]:
            item["values"] = list(self.vectors[item["values"]])
        return json.dumps(result).encode()


def _taken(text, form, vectors, invalid):
    """Return a JSON text with shapes in the place of vectors, which are appended to `vectors`."""
    try:
        found = json.loads(text.decode(), parse_constant=_reject)
    except ValueError:
        return invalid
    for holder in _holders(found, form):
        name = "vector" if form == "vector" else "values"
        if isinstance(holder, dict) and holder.get(name) is not None:
            vectors.append(array("f", holder[name] if _is_vector(holder[name]) else []))
            finite = all(map(math.isfinite, vectors[-1]))
            holder[name] = {"width": len(holder[name]) if _is_vector(holder[name]) else -1, "finite": finite}
    return json.dumps(found).encode()


def _holders(found, form):
    if form != "vectors":
        return [found]
    vectors = found.get("vectors") if isinstance(found, dict) else None
    return vectors if isinstance(vectors, list) else []


def _is_vector(values):
    return isinstance(values, list) and all(type(value) in (int, float) for value in values)


def _reject(constant):
    raise ValueError(constant)
