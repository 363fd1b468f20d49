"""The Durable Object of the binding `BATCHER`.

JavaScript gathers the texts, see gathering.js. Python decides what an error of the model means.
"""

from typing import Any

from pyodide.ffi import create_proxy
from workers import DurableObject, import_from_javascript

from bindings import environment, event_loop
from embedder.embedding.workers_ai_errors import remedy

_js = import_from_javascript("bindings/batcher/object.js")


class Batcher(DurableObject):  # type: ignore[misc]  # the SDK is typed in the Worker only
    """Requests whose texts have the same hash meet here. Its memory is lost when it restarts; nothing is stored."""

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self._object: Any = None

    async def fetch(self, request: Any) -> Any:
        if self._object is None:
            event_loop.install()
            settings, _ = environment.settings()
            own = settings.batcher
            call_ms = settings.deadline_s * 1000 / 2  # then its requests have time to call the model themselves
            self._object = _js.open(environment.env().AI, create_proxy(remedy), own.calls, own.cache_bytes, call_ms)
        return await self._object.fetch(getattr(request, "js_object", request))
