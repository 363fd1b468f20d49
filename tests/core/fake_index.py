"""A fake index of Vectorize, and an application with it."""

import json

import msgspec

from embedder.api.routing import HttpResponse
from embedder.errors import EmbedderError
from embedder.ports import Index
from embedder.vectorize import answers
from embedder.vectorize.store import Store
from tests.core.fakes import FakeAnswer, FakeApp


class Found(msgspec.Struct):
    text: str
    values: object = None


class FakeIndex:
    """Records calls. Fails the write number `fail_write`. Mutations become visible after a number of polls."""

    def __init__(self, *, dimensions: int = 768, fail_write: int | None = None, polls: int = 0) -> None:
        self.calls: list[tuple[str, object]] = []
        self.dimensions, self.fail_write, self.polls = dimensions, fail_write, polls
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
        return Found(json.dumps(getattr(self, f"_{method}")(*given, *([answer.rows] if answer else []))))

    def axis(self, _number: int) -> FakeAnswer:
        return FakeAnswer(rows=[[1.0] + [0.0] * 767])

    def merge(self, values: list[object]) -> list[object]:
        return values

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

    _insert = _upsert

    def _deleteByIds(self, ids: list[str]) -> dict:  # noqa: N802
        done = self._mutation()
        for name in ids:
            self.vectors.pop(name, None)
        return done

    def _getByIds(self, ids: list[str]) -> list[dict]:  # noqa: N802
        found = [self.vectors[name] for name in ids if name in self.vectors]
        return [{**item, "values": index} for index, item in enumerate(found)]

    def _query(self, _options: dict, rows: list[list[float]]) -> dict:
        assert [len(row) for row in rows] == [768]
        matches = [{"id": "a", "score": 0.9, "metadata": {"text": "x"}, "values": 0}, {"id": "b", "score": 0.2}]
        return {"count": 2, "matches": matches}

    def _queryById(self, _name: str, _options: dict) -> dict:  # noqa: N802
        return {"count": 0, "matches": []}

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


def app_with(index: Index, **variables: str) -> FakeApp:
    app = FakeApp(**variables)
    app.replace(index=Store(index, clock=app.clock, wait_s=app.app.settings.wait_s))
    return app


def documents(count: int) -> list[dict]:
    return [{"id": f"doc-{number}", "text": f"text {number}"} for number in range(count)]


def put(app: FakeApp, body: object) -> HttpResponse:
    return app.send("PUT", "/vectors", json.dumps(body).encode())
