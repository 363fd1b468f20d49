"""The door of the Worker."""

from functools import cache

from workers import Request, WorkerEntrypoint

import bindings
from embedder import web

_app = cache(bindings.app)


class Default(WorkerEntrypoint):  # type: ignore[misc]  # the SDK is typed in the Worker only
    async def fetch(self, request: Request) -> object:
        return bindings.response_to_js(await web.handle(_app(), bindings.Request(request.js_object)))
