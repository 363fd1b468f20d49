"""The Worker's entry points: `fetch` for HTTP, one method per operation for other Workers (RPC), and `queue`."""

from collections.abc import Awaitable, Callable
from typing import Any

import js
from workers import WorkerEntrypoint

from bindings import (
    consumer,
    http,
)
from bindings.app import app
from bindings.batcher.object import Batcher
from bindings.lifetime import Lifetime
from bindings.rpc import disable_conversion, reader, reply_to_js
from embedder import rpc
from embedder.api.handler import handle

__all__ = ["Batcher", "Default"]

disable_conversion()


async def _fetch(request: Any) -> object:
    request = getattr(request, "js_object", request)
    incoming = http.request_from_js(request, app().settings)
    if incoming.path == "/" and (page := await http.page(request, incoming)):
        return page
    return http.response_to_js(incoming.lifetime, await handle(app(), incoming))


async def _call(name: str, arguments: tuple[object, ...]) -> object:
    """Answer a call of another Worker. The operation checks the arguments, so that a wrong call returns an error."""
    lifetime = Lifetime(app().settings)
    reply = await rpc.handle(app(), lifetime, js.crypto.randomUUID(), name, reader(arguments))
    return reply_to_js(lifetime, reply)


def _method(name: str) -> Callable[..., Awaitable[object]]:
    async def method(*arguments: object) -> object:
        return await _call(name, arguments)

    return method


# The methods that the runtime lists. A caller gets these and the three below, and nothing else of the object.
LISTED: dict[str, Callable[..., Awaitable[object]]] = {
    "fetch": _fetch,
    "queue": consumer.method(otherwise=_method("queue")),
    **{name: _method(name) for name in rpc.OPERATIONS},
}
METHODS = LISTED | {name: _method(name) for name in ("copy", "destroy", "toJs")}  # methods of Pyodide's proxy


class Default(WorkerEntrypoint):  # type: ignore[misc]  # the SDK is typed in the Worker only
    """The class that the runtime looks for. Every request gets an object of its own."""

    def __getattribute__(self, name: str) -> object:
        """Return one of `METHODS`, and hide everything else: a caller could also name `__init__` or `__setattr__`.

        The functions are not bound to the object. The runtime caches the signature of `fetch` with the function: it
        would inspect a bound method in every request, and keep the object.
        """
        if name in METHODS:
            return METHODS[name]
        raise AttributeError(name)


# The runtime lists the methods of the class. They are set here, because the SDK wraps `queue` and `__init__` while it
# makes a class: `queue` then fails without arguments, and `__init__` costs time in every request.
for _name, _function in LISTED.items():
    setattr(Default, _name, _function)
Default.__init__ = lambda *_: None  # type: ignore[method-assign]
