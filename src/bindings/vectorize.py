"""The binding `VECTORIZE`. Vectors stay in JavaScript; only text and handles reach Python."""

from typing import Any

from workers import import_from_javascript

from embedder.errors import EmbedderError, ended
from embedder.vectorize import answers

_js = import_from_javascript("bindings/call_vectorize.js")


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
        raise ended(found.fault, "Vectorize") or answers.error(found.text)

    def axis(self, number: int) -> Any:
        return _js.axis(number)

    def merge(self, values: list[Any]) -> Any:
        return _js.merge(*values)
