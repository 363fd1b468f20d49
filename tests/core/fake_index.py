"""A fake index of Vectorize, and an application with it."""

import json
import math
import operator

import msgspec

from embedder.api.routing import HttpResponse
from embedder.errors import EmbedderError
from embedder.ports import Index
from embedder.vectorize import answers
from embedder.vectorize.store import Store
from tests.core.fakes import FakeAnswer, FakeApp

# what a search finds in the tests that are about its answer
MATCHES = [{"id": "a", "score": 0.9, "metadata": {"text": "x"}, "values": 0}, {"id": "b", "score": 0.2, "values": 1}]


class Found(msgspec.Struct):
    text: str
    values: object = None


class FakeIndex:
    """Records calls. Fails the write number `fail_write`. Mutations become visible after a number of polls.

    Searches find the stored vectors, or `matches`, whatever was stored.
    """

    def __init__(
        self,
        *,
        dimensions: int = 768,
        fail_write: int | None = None,
        polls: int = 0,
        matches: list[dict] | None = None,
        found: list[dict] | None = None,
    ) -> None:
        self.calls: list[tuple[str, object]] = []
        self.reserved: list[int] = []
        self.dimensions, self.fail_write, self.polls = dimensions, fail_write, polls
        self.matches = matches  # what a search answers, if not what is stored
        self.found = found  # what getByIds answers, if not what is stored
        self.vectors: dict[str, dict] = {}
        self.mutations = 0
        self.other_writer: str | None = None
        self.fail_describe = False
        self.failure: object = answers.error("VECTOR_UPSERT_ERROR (code = 40041): too many writes")

    async def call(self, _scope, method: str, arguments: str, answer: FakeAnswer | None = None) -> Found:
        given = json.loads(arguments)
        self.calls.append((method, given[-1] if given else None))
        if method == "queryById":
            self.calls[-1] = (given[0], given[1])
        self.values: list[list[float]] = []
        text = json.dumps(getattr(self, f"_{method}")(*given, *([answer.rows] if answer else [])))
        return Found(text, self.values)

    async def reserve(self, _scope, count: int) -> None:
        self.reserved.append(count)

    def axis(self, number: int) -> FakeAnswer:
        return FakeAnswer(rows=[[float(place == number % 768) for place in range(768)]])

    def merge(self, values: list[object]) -> list[object]:
        return values

    def diverse(self, values, candidates, count, diversity) -> list[int]:
        return diversity_by_definition([values[index] for index, _ in candidates], candidates, count, diversity)

    def _mutation(self) -> dict:
        if self.fail_write == self.mutations:
            if isinstance(self.failure, EmbedderError):
                raise self.failure
            return self.failure
        self.mutations += 1
        return {"mutationId": f"m{self.mutations}"}

    def _upsert(self, items: list[dict], rows: list[list[float]]) -> dict:
        done = self._mutation()
        self.vectors |= {item["id"]: {**item, "values": row} for item, row in zip(items, rows, strict=True)}
        return done

    def _insert(self, items: list[dict], rows: list[list[float]]) -> dict:
        kept = dict(self.vectors)
        done = self._upsert(items, rows)
        self.vectors |= kept
        return done

    def _deleteByIds(self, ids: list[str]) -> dict:  # noqa: N802
        done = self._mutation()
        for name in ids:
            self.vectors.pop(name, None)
        return done

    def _getByIds(self, ids: list[str]) -> list[dict]:  # noqa: N802
        if self.found is not None:
            return self.found
        found = [self.vectors[name] for name in ids if name in self.vectors]
        return [{**item, "values": index} for index, item in enumerate(found)]

    def _query(self, options: dict, rows: list[list[float]]) -> dict:
        [row] = rows
        assert len(row) == 768
        return self._matches(row, options)

    def _queryById(self, name: str, options: dict) -> dict:  # noqa: N802
        if self.matches is None and name not in self.vectors:
            raise answers.error("VECTOR_QUERY_ERROR (code = 40000): vector not found", "queryById")
        return self._matches(self.vectors.get(name, {}).get("values"), options)

    def _matches(self, row: list[float] | None, options: dict) -> dict:
        if self.matches is None:
            matches = self._nearest(row, options)
        else:
            matches = self.matches
            self.values = [[1.0, float(place)] for place in range(len(matches))]
        return {"count": len(matches), "matches": matches}

    def _nearest(self, row: list[float], options: dict) -> list[dict]:
        stored = [item for item in self.vectors.values() if options.get("namespace") in (None, item.get("namespace"))]
        scored = sorted(((_cosine(row, item["values"]), item) for item in stored), key=lambda pair: -pair[0])
        found = [{**item, "score": score} for score, item in scored[: options["topK"]]]
        self.values = [item["values"] for item in found] if options["returnValues"] else []
        return [_shown(item, index, options) for index, item in enumerate(found)]

    def _describe(self) -> dict:
        if self.fail_describe:
            raise answers.error("INDEX_GET_ERROR (code = 50000): boom")
        self.polls -= 1
        return {
            "dimensions": self.dimensions,
            "vectorCount": len(self.vectors),
            "processedUpToMutation": (self.other_writer and "other") or f"m{self.mutations if self.polls < 0 else 0}",
            "processedUpToDatetime": self.other_writer or "1970-01-01T00:00:00.000Z",
        }

    def named(self, name: str) -> list[object]:
        return [argument for called, argument in self.calls if called == name]


def _cosine(left: list[float], right: list[float]) -> float:
    return sum(map(operator.mul, left, right)) / math.hypot(*left) / math.hypot(*right)


def diversity_by_definition(
    vectors: list[list[float]], candidates: list[tuple[int, float]], count: int, diversity: float
) -> list[int]:
    """Return the positions of `count` candidates by maximal marginal relevance."""
    scores = [score for _, score in candidates]
    chosen: list[int] = []
    while len(chosen) < min(count, len(scores)):
        worth = {
            place: (1 - diversity) * score - diversity * max(_cosine(vectors[place], vectors[one]) for one in chosen)
            if chosen
            else score
            for place, score in enumerate(scores)
            if place not in chosen
        }
        chosen.append(max(worth, key=worth.__getitem__))
    return chosen


def _shown(item: dict, index: int, options: dict) -> dict:
    """Return a match with the fields that the options ask for. `index` is the position of its numbers."""
    hidden = {"values", *(["metadata"] if options["returnMetadata"] == "none" else [])}
    shown = {name: value for name, value in item.items() if name not in hidden}
    return shown | ({"values": index} if options["returnValues"] else {})


def app_with(index: Index, **variables: str) -> FakeApp:
    app = FakeApp(**variables)
    app.replace(store=Store(index, clock=app.clock, wait_s=app.app.settings.wait_s))
    return app


def documents(count: int) -> list[dict]:
    return [{"id": f"doc-{number}", "text": f"text {number}"} for number in range(count)]


def put(app: FakeApp, body: object) -> HttpResponse:
    return app.send("PUT", "/vectors", json.dumps(body).encode())
