"""The Vectorize emulator as the index of the core, without a runtime. Writes are visible at once."""

import hashlib
import itertools
import json

from embedder.vectorize import answers
from emulator.vectorize import binding, wire
from emulator.vectorize.index import Index
from emulator.vectorize.ports import Select
from emulator.vectorize.settings import Settings
from tests.core.fake_index import Found, diversity_by_definition
from tests.core.fakes import FakeAnswer
from tests.emulator.plain import PlainDatabase

PROPERTIES = {"year": "number", "lang": "string"}


class EmulatedIndex:
    """Records the methods that were called. With `delay_ms`, the time of `now` makes writes visible."""

    def __init__(self, *, delay_ms: float = 0) -> None:
        self._database = PlainDatabase()
        self._numbers = itertools.count(1)
        self.calls: list[str] = []
        self.now = 1_000_000.0
        settings = Settings(delay_ms=delay_ms, properties=PROPERTIES)
        self._index = Index(self._database, settings, self.now, lambda: f"m{next(self._numbers)}")

    async def call(self, _scope, method: str, arguments: str, answer: FakeAnswer | None = None) -> Found:
        self.calls.append(method)
        given = json.loads(arguments)
        if answer and method == "query":
            given = [answer.rows[0], *given]
        elif answer:
            given = [[{**item, "values": row} for item, row in zip(given[0], answer.rows, strict=True)]]
        self.values: list[list[float]] = []
        return Found(self.send(method, *given), self.values)

    def send(self, method: str, *given: object) -> str:
        """Return the result of a call as JSON, with an index instead of the values of each vector."""
        reply = wire.answer(self._index, binding.request(method, *given), self.now)
        try:
            result = json.loads(reply.body) if reply.status == 200 else binding.fail(method, reply)
        except binding.BindingError as error:
            raise answers.error(str(error), method) from error
        vectors = result if isinstance(result, list) else result.get("matches", [])
        self.values = [item["values"] for item in vectors if "values" in item]
        for number, vector in enumerate(item for item in vectors if "values" in item):
            vector["values"] = number
        return json.dumps(result)

    async def reserve(self, _scope, _count: int) -> None:
        """There is memory."""

    def axis(self, number: int) -> FakeAnswer:
        row = [0.0] * 768
        row[number % 768] = 1.0
        return FakeAnswer(rows=[row])

    def merge(self, values: list[object]) -> list[object]:
        return values

    def diverse(self, values, candidates, count, diversity) -> list[int]:
        return diversity_by_definition([values[index] for index, _ in candidates], candidates, count, diversity)

    def stored(self) -> dict[str, dict]:
        """Return all vectors by id, also with a digest of their values."""
        self._index.describe(self.now)
        rows = self._database.rows(Select("SELECT id, namespace, metadata, vector FROM vectors"))
        return {
            vector_id: {"namespace": namespace, "metadata": metadata, "values": hashlib.sha256(blob).hexdigest()}
            for vector_id, namespace, metadata, blob in rows
        }
