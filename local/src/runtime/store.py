"""The database of the Vectorize emulator in a Durable Object."""

from collections.abc import Sequence
from typing import Any

import msgspec
from workers import import_from_javascript, python_to_rpc

from emulator.vectorize.ports import Binding, Form, Row, Select, Sent

_js = import_from_javascript("runtime/store.js")
_bodies = import_from_javascript("runtime/bodies.js")
_rows = msgspec.json.Decoder(list[list[Any]]).decode
_scores = msgspec.json.Decoder(list[tuple[int, float]]).decode


class Store:
    """Implements `emulator.vectorize.ports.Database`. Statements, bindings and rows cross the border as text."""

    def __init__(self, context: Any, dimensions: int) -> None:
        """`context` is that of the Durable Object, as the SDK wraps it."""
        self._store = _js.open(str(context.id), python_to_rpc(context.storage.sql), dimensions)

    @property
    def count(self) -> int:
        return int(self._store.packed.count)

    def rows(self, select: Select) -> Sequence[Row]:
        return _rows(self._store.rows(*_text(select)))

    def insert(self, statement: str, rows: Sequence[Sequence[Binding]], sent: Sent | None = None) -> None:
        self._store.insert(statement, _json(rows), *([sent.vectors] if sent else []))

    def put(self, select: Select) -> None:
        self._store.put(*_text(select))

    def remove(self, select: Select) -> None:
        self._store.remove(*_text(select))

    def nearest(
        self, query: Sent | int, metric: str, count: int, among: Select | None, *, exact: bool
    ) -> list[tuple[int, float]]:
        vector = query if isinstance(query, int) else query.vectors
        return _scores(self._store.nearest(vector, metric, count, exact, *(_text(among) if among else ())))

    def take(self, body: Any, form: Form) -> Sent:
        sent = _bodies.take(body, form)
        return Sent(sent.text.to_bytes(), sent)

    def fill(self, text: bytes) -> Any:
        return self._store.fill(text.decode())


def _text(select: Select) -> tuple[str, str]:
    return select.statement, _json(select.bindings)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
