"""Frees requests that the runtime dropped.

When a client resets its connection, the runtime drops the request: none of its promises settles, no timer fires and no
`finally` block runs. Pyodide's objects for the pending `await` then keep the task, its coroutines and all their
variables alive forever. Therefore each running request is registered, and each new request closes those that are past
their deadline. A request that is alive may be past it as well, if the isolate was busy for long: therefore a request is
first aborted, and closed by a later request only if it has not ended then.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, TypeVar

from embedder.context import RequestContext

T = TypeVar("T")
_ABORTED_MS = 500  # a request that is alive ends well before this time after it was aborted


class LiveRequests:
    """The running requests of an isolate."""

    def __init__(self) -> None:
        self._live: dict[asyncio.Task[Any], RequestContext] = {}
        self._aborted_ms: dict[asyncio.Task[Any], float] = {}

    def enter(self, context: RequestContext) -> "asyncio.Task[Any] | None":
        """Register the current request, abort or close expired ones, and return the current task for `leave`."""
        for task, other in list(self._live.items()):
            if other.lifetime.is_over(context.began_ms):
                self._end(task, other, context.began_ms)
        if running := asyncio.current_task():
            self._live[running] = context
        return running

    def leave(self, task: "asyncio.Task[Any] | None") -> None:
        """Forget a request that has ended. While a request is being closed, its task is not the current one."""
        if task:
            self._live.pop(task, None)
            self._aborted_ms.pop(task, None)

    def _end(self, task: asyncio.Task[Any], context: RequestContext, now_ms: float) -> None:
        """Abort a request that is past its deadline, or close it if it was aborted before."""
        if task not in self._aborted_ms:
            self._aborted_ms[task] = now_ms
            context.lifetime.abort("timeout")
        elif self._aborted_ms[task] + _ABORTED_MS < now_ms:
            del self._live[task], self._aborted_ms[task]
            _close(task)


class Tasks(Generic[T]):
    """Tasks that are cancelled at the end of the block: `async with Tasks(coroutines) as tasks`."""

    def __init__(self, coroutines: Iterable[Coroutine[Any, Any, T]]) -> None:
        self._tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]

    async def __aenter__(self) -> list[asyncio.Task[T]]:
        return self._tasks

    async def __aexit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if kind is GeneratorExit:  # the request is being closed, so nothing can be awaited
            for task in self._tasks:
                _close(task)
            return
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, BaseException):
                result.__traceback__ = None  # its frames hold the texts, and it is in one of them


def _close(task: "asyncio.Task[Any]") -> None:
    """Close the coroutine of a task, which frees its variables."""
    coroutine = task.get_coro()
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # it stays pending on purpose
    with suppress(RuntimeError, ValueError):  # it awaits something while it is closed, or it is running
        if coroutine is not None:
            coroutine.close()
