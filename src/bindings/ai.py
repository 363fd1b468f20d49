"""The binding `AI`. Vectors stay in JavaScript; only text and handles reach Python."""

from typing import Any

from pyodide.ffi import to_js
from workers import import_from_javascript

from embedder.errors import EmbedderError, interrupted
from embedder.settings import LARGE_BYTES, MODEL, Settings

_js = import_from_javascript("bindings/calls/call_ai.js")
_outputs = import_from_javascript("bindings/numbers/outputs.js")


class WorkersAI:
    """The binding `AI`, and computations on its answers."""

    def __init__(self, ai: Any, settings: Settings) -> None:
        self._ai = ai
        _js.useGateway(settings.ai_gateway, settings.ai_gateway_cache_ttl_s, settings.ai_gateway_log)

    async def ask(
        self,
        lifetime: Any,
        inputs: bytes,
        count: int,
        *,
        dimensions: int,
        encoding: str,
        reject_if_busy: bool,
        gateway: str,
        alone: bool,
        key: str,
    ) -> Any:
        if self._ai is None:
            message = 'Workers AI is not bound: add [ai] with binding = "AI" to wrangler.toml.'
            raise EmbedderError("ai_not_configured", message)
        # A text of Python with one wide character takes four bytes for each. Text is faster if it is short.
        sent = inputs.decode() if len(inputs) <= LARGE_BYTES else to_js(inputs)
        ai = self.binding(lifetime, alone=alone)
        of_call = (dimensions, encoding, reject_if_busy, gateway, key)
        return await _js.ask(lifetime.scope, ai, MODEL, sent, count, *of_call)

    def binding(self, lifetime: Any, *, alone: bool) -> Any:  # noqa: ARG002  for batcher/shared.py
        """Return the binding for a call of one request."""
        return self._ai

    async def reserve(self, lifetime: Any, count: int, *, dimensions: int, encoding: str) -> None:
        fault = await _js.reserve(lifetime.scope, count, dimensions, encoding)
        if error := interrupted(fault, "Workers AI"):
            raise error

    def join(self, answers: list[Any], dimensions: int, encoding: str) -> Any:
        return _outputs.join(dimensions, encoding, *answers)

    def similarity(self, answers: list[Any], dimensions: int, *, source: bool) -> Any:
        return _outputs.similarity(dimensions, source, *answers)
