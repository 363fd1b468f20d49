"""The Worker's entry points: `fetch` for HTTP, one method per operation for other Workers (RPC), and `queue`."""

from collections.abc import Callable
from functools import cache, partial

import js
from workers import WorkerEntrypoint

from bindings import http, model, queues
from bindings.app import app
from bindings.arguments import leave_unconverted, reader
from embedder import ingestion, rpc
from embedder.http import handle

leave_unconverted()


async def _call(name: str, arguments: tuple[object, ...]) -> object:
    scope = http.open_call(app().settings)
    reply = await rpc.handle(app(), scope, js.crypto.randomUUID(), name, reader(arguments))
    return model.reply_to_js(scope, reply)


@cache
def _method(cls: type, name: str) -> Callable[..., object]:
    """Return a method without its object, the same function in every request.

    For each call of `fetch`, the runtime inspects the signature of the method. It caches the result with the method; a
    bound method would be inspected in every request, and its object kept.
    """
    return partial(getattr(cls, name), None)


class Default(WorkerEntrypoint):  # type: ignore[misc]  # the SDK is typed in the Worker only
    """Other Workers can call every public method of this class, so it has no helper methods.

    The methods accept any arguments. The operation checks them, so that a wrong call returns an error as data instead
    of raising a TypeError.
    """

    def __getattribute__(self, name: str) -> object:
        """Hide Python's own methods (`__init__`, `__setattr__`, ...), which a caller could name as well."""
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("copy", "destroy", "toJs"):  # methods of Pyodide's proxy of this object
            return lambda *arguments: _call(name, arguments)
        return _method(type(self), name)  # type: ignore[arg-type]  # mypy takes the class for its object

    async def fetch(self, request: object) -> object:
        incoming = http.request_from_js(getattr(request, "js_object", request), app().settings)
        return http.response_to_js(incoming.scope, await handle(app(), incoming))

    async def embed(self, *arguments: object) -> object:
        return await _call("embed", arguments)

    async def similarity(self, *arguments: object) -> object:
        return await _call("similarity", arguments)

    async def upsert(self, *arguments: object) -> object:
        return await _call("upsert", arguments)

    async def search(self, *arguments: object) -> object:
        return await _call("search", arguments)

    async def get(self, *arguments: object) -> object:
        return await _call("get", arguments)

    async def delete(self, *arguments: object) -> object:
        return await _call("delete", arguments)

    async def describe(self, *arguments: object) -> object:
        return await _call("describe", arguments)


def _init(self: Default, *_: object) -> None:
    """Keep neither the context nor the environment: the bindings are global."""


async def _queue(_: Default, *arguments: object) -> object:
    """Consume a batch of messages. Other Workers can call this too, and get the error of an unknown method."""
    if not queues.is_batch(arguments):
        return await _call("queue", arguments)
    batch = queues.Batch(arguments[0])
    await ingestion.handle(app(), lambda: http.open_call(app().settings), js.crypto.randomUUID(), batch)
    return None


# Not in the class, because the SDK would wrap both: `__init__` in slower code, and `queue` in code that fails without
# arguments.
Default.__init__ = _init  # type: ignore[method-assign, assignment]
Default.queue = _queue
