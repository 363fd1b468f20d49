"""Counts the call path of a request in the core: functions, modules, and how often it returns to a module."""

import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import embedder

_CORE = str(Path(embedder.__file__).parent)


class CallPath(NamedTuple):
    """The size of the call path of one request.

    `functions` counts each function once; comprehensions are none, because Python 3.14 has no frames for them. A module
    is entered with a call, or when a coroutine continues; `returns` counts the entries into modules that were entered
    before.
    """

    functions: int
    modules: int
    returns: int


def count(work: Callable[[], object]) -> CallPath:
    """Run `work`, and count what it calls in the core."""
    entered: list[tuple[str, str]] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(_CORE) and not code.co_name.endswith("comp>"):
            entered.append((code.co_filename, code.co_qualname))

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    modules = list(_modules(entered))
    return CallPath(len(set(entered)), len(set(modules)), len(modules) - len(set(modules)))


def _modules(entered: list[tuple[str, str]]) -> Iterator[str]:
    for module, _ in groupby(file for file, _ in entered):
        yield module
