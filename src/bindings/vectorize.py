"""The binding `VECTORIZE`. Vectors stay in JavaScript; only text and handles reach Python."""

from typing import Any

import msgspec
from workers import import_from_javascript

from embedder.errors import EmbedderError, interrupted
from embedder.ports import Clock
from embedder.vectorize import answers
from embedder.vectorize.store import Store

_js = import_from_javascript("bindings/calls/call_vectorize.js")
_positions = msgspec.json.Decoder(list[int]).decode


class Vectorize:
    """The binding `VECTORIZE`."""

    def __init__(self, index: Any) -> None:
        self._index = index

    async def call(self, lifetime: Any, method: str, arguments: str, vectors: Any = None) -> Any:
        found = await _js.callIndex(lifetime.scope, self._index, method, arguments, vectors)
        if not found.fault:
            return found
        if found.fault == "invalid":
            raise EmbedderError("upstream_invalid", found.text)
        raise interrupted(found.fault, "Vectorize") or answers.error(found.text, method)

    async def reserve(self, lifetime: Any, count: int) -> None:
        fault: Any = _js.reserve(lifetime.scope, count)
        if error := interrupted(fault if isinstance(fault, str) else await fault, "Vectorize"):
            raise error

    def axis(self, number: int) -> Any:
        return _js.axis(number)

    def merge(self, values: list[Any]) -> Any:
        return _js.merge(*values)

    def diverse(self, values: Any, candidates: list[tuple[int, float]], count: int, diversity: float) -> list[int]:
        given = msgspec.json.encode(candidates).decode()
        return _positions(_js.diverse(values, given, count, diversity))


def store(index: Any, *, clock: Clock, wait_s: float) -> Store | None:
    """Return the operations on the binding `index`, if there is one."""
    return Store(Vectorize(index), clock=clock, wait_s=wait_s) if index else None
