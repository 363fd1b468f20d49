"""The bindings `AI` and `VECTORIZE`. Vectors stay in JavaScript; only text and handles reach Python."""

from typing import Any

from workers import import_from_javascript

from embedder.errors import EmbedderError, ended
from embedder.rpc import Reply
from embedder.settings import MODEL, Settings
from embedder.vectorize import answers

_js = import_from_javascript("bindings/vectors.js")


class WorkersAI:
    """The binding `AI`, and computations on its answers."""

    def __init__(self, ai: Any, settings: Settings) -> None:
        self._ai = ai
        if settings.ai_gateway:
            _js.useGateway(settings.ai_gateway, settings.ai_gateway_cache_ttl_s)

    async def ask(
        self,
        scope: Any,
        inputs: str,
        count: int,
        *,
        dimensions: int,
        with_floats: bool,
        reject_if_busy: bool,
        gateway: str,
    ) -> Any:
        if self._ai is None:
            message = 'Workers AI is not bound: add [ai] with binding = "AI" to wrangler.toml.'
            raise EmbedderError("ai_not_configured", message)
        return await _js.ask(scope, self._ai, MODEL, inputs, count, dimensions, with_floats, reject_if_busy, gateway)

    def join(self, answers: list[Any], dimensions: int, encoding: str) -> Any:
        return _js.join(dimensions, encoding, *answers)

    def similarity(self, answer: Any, dimensions: int, *, source: bool) -> Any:
        return _js.similarity(answer, dimensions, source)


class Vectorize:
    """The binding `VECTORIZE`."""

    def __init__(self, index: Any) -> None:
        self._index = index

    async def call(self, scope: Any, method: str, arguments: str, vectors: Any = None) -> Any:
        found = await _js.callIndex(scope, self._index, method, arguments, vectors)
        if not found.fault:
            return found
        if found.fault == "invalid":
            raise EmbedderError("upstream_invalid", found.text)
        raise ended(found.fault, "Vectorize") or answers.error(found.text)

    def axis(self, number: int) -> Any:
        return _js.axis(number)

    def merge(self, values: list[Any]) -> Any:
        return _js.merge(*values)


def reply_to_js(scope: Any, reply: Reply) -> Any:
    """Return the answer to an RPC call as plain JavaScript data."""
    if reply.numbers is None:
        return _js.reply(scope, reply.text)
    return _js.reply(scope, reply.text, reply.numbers, reply.field, reply.form)
