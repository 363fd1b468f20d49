"""The method `queue`, with the batches that the runtime delivers to it. Messages are text."""

from collections.abc import Awaitable, Callable
from typing import Any

import js
import msgspec
from workers import import_from_javascript

from bindings.app import app
from bindings.lifetime import Lifetime
from embedder.errors import busy
from embedder.queue import consumer

_js = import_from_javascript("bindings/requests/queues.js")


def _json(positions: list[int]) -> str:
    return msgspec.json.encode(positions).decode()


class Batch:
    """A batch of the runtime."""

    def __init__(self, batch: Any) -> None:
        self._batch = _js.open(batch)
        self.queue: str = self._batch.queue

    async def read(self, lifetime: Any) -> str:
        found = str(await self._batch.read(lifetime.scope))
        if not found:
            raise busy()
        return found

    def acknowledge(self, positions: list[int]) -> None:
        self._batch.acknowledge(_json(positions))

    def retry(self, positions: list[int], delay_s: int) -> None:
        self._batch.retry(_json(positions), delay_s)

    def retry_rest(self, delay_s: int) -> int:
        return int(self._batch.retryRest(delay_s))


def method(otherwise: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    """Return the method `queue`. Another Worker can call it with anything: that goes to `otherwise`."""

    async def queue(*arguments: object) -> object:
        if not (arguments and _js.isBatch(arguments[0])):
            return await otherwise(*arguments)
        settings = app().settings
        await consumer.handle(app(), lambda: Lifetime(settings), js.crypto.randomUUID(), Batch(arguments[0]))
        return None

    return queue
