"""Reading ahead in a thread: a slow source, such as a pipe, delays no request and no Ctrl-C."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

_MAX_ITEMS = 64
_MAX_SIZE = 1024 * 1024
_MAX_GROUPS = 2  # that wait

T = TypeVar("T")


async def read_ahead(source: Iterator[T], size: Callable[[T], int]) -> AsyncIterator[list[T]]:
    """Yield the items of `source` in groups, and raise what it raises. Only a few groups are held in memory."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[list[T] | BaseException] = asyncio.Queue()
    free = threading.Semaphore(_MAX_GROUPS)

    def hand_over(group: list[T] | BaseException) -> None:
        free.acquire()
        loop.call_soon_threadsafe(waiting.put_nowait, group)

    def read() -> None:
        try:
            for group in _groups(source, size):
                hand_over(group)
            hand_over([])
        except BaseException as error:
            if not loop.is_closed():
                hand_over(error)

    threading.Thread(target=read, daemon=True).start()
    while group := await waiting.get():
        if isinstance(group, BaseException):
            raise group
        yield group
        free.release()
        await asyncio.sleep(0)  # a queue that is never empty would not let anything else run


def _groups(source: Iterator[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    group: list[T] = []
    total = 0
    try:
        for item in source:
            group.append(item)
            total += size(item)
            if len(group) >= _MAX_ITEMS or total >= _MAX_SIZE:
                yield group
                group, total = [], 0
    except Exception:
        if group:  # what was read before the error counts
            yield group
        raise
    if group:
        yield group
