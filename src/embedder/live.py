"""Requests that will never end, and how they are closed. No I/O.

When a client resets its connection, the runtime drops the request: no promise of it settles, no timer fires, and no
`finally` runs. What Pyodide made for the pending `await` keeps the task, its coroutines and all their variables alive
for ever. So each request is registered while it runs, and each new request closes those that are past their end.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, TypeVar

from embedder.context import RequestContext

T = TypeVar("T")
_GRACE_MS = 2_000  # past the deadline, a request that is alive has been answered


class LiveRequests:
    """The requests of an isolate that have not ended."""

    def __init__(self) -> None:
        self._live: dict[asyncio.Task[Any], RequestContext] = {}

    def enter(self, context: RequestContext) -> "asyncio.Task[Any] | None":
        """Register the running request, close those that are past their end, and return its task for `leave`."""
        for task, other in list(self._live.items()):
            if other.ends_ms + _GRACE_MS < context.began_ms:
                del self._live[task]
                _close(task)
        if running := asyncio.current_task():
            self._live[running] = context
        return running

    def leave(self, task: "asyncio.Task[Any] | None") -> None:
        """Forget a request that has ended. It need not be the running one: this may be called while it is closed."""
        if task:
            self._live.pop(task, None)


class Tasks(Generic[T]):
    """Tasks that end with the block that they are used in: `async with Tasks(coroutines) as tasks`."""

    def __init__(self, coroutines: Iterable[Coroutine[Any, Any, T]]) -> None:
        self._tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]

    async def __aenter__(self) -> list[asyncio.Task[T]]:
        return self._tasks

    async def __aexit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if kind is GeneratorExit:  # the request is closed from outside: nothing of it can be awaited
            for task in self._tasks:
                _close(task)
            return
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _close(task: "asyncio.Task[Any]") -> None:
    """Free what the task holds, from the innermost await outwards."""
    coroutine = task.get_coro()
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # it stays pending, and that is known
    with suppress(RuntimeError, ValueError):  # it awaits while it is closed, or it runs
        if coroutine is not None:
            coroutine.close()
