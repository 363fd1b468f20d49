"""Ctrl-C in a command: one line and no traceback, however often it is pressed."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

import typer

EXIT_CODE = 128 + signal.SIGINT

T = TypeVar("T")


@contextmanager
def one_line(sentence: str) -> Iterator[None]:
    """Turn Ctrl-C into this sentence and exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(sentence, err=True)
        raise typer.Exit(EXIT_CODE) from None


@contextmanager
def runner() -> Iterator[asyncio.Runner]:
    """Open a runner whose event loop exists. Ctrl-C waits for that: a loop that is half made prints a traceback."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    made = asyncio.Runner()
    try:
        made.get_loop()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    with made:
        yield made


def run(runner: asyncio.Runner, work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end. The first Ctrl-C cancels it and raises KeyboardInterrupt; the next one ends the process.

    asyncio would leave the exception of a task unretrieved, and print its traceback.
    """
    loop = runner.get_loop()
    task = loop.create_task(work)

    def cancel(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        loop.call_soon_threadsafe(task.cancel)

    before = signal.signal(signal.SIGINT, cancel)
    try:
        return loop.run_until_complete(task)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        if signal.getsignal(signal.SIGINT) is cancel:
            signal.signal(signal.SIGINT, before)
