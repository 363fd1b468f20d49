"""What both doors share: the application, the deadline, the last word on faults, the log line. No I/O of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from embedder.errors import EmbedderError, UpstreamTimeoutError
from embedder.model import Clock, Trace
from embedder.service import Service
from embedder.settings import Settings
from embedder.store import Store

T = TypeVar("T")
Limiter = Callable[[str], Awaitable[bool]]
_MAX_DETAIL_CHARS = 500


class App(msgspec.Struct, frozen=True, kw_only=True):
    """What an isolate needs to answer requests.

    `limiter` says whether the caller with this key may go on; `fault` is what is wrong with the variables, for the log.
    """

    settings: Settings
    service: Service
    clock: Clock
    new_id: Callable[[], str]
    log: Callable[[str], None]
    offload: Callable[[bytes], object]
    store: Store | None = None
    limiter: Limiter | None = None
    fault: str = ""


class Line(msgspec.Struct, omit_defaults=True):
    """One log line a request. It never holds a text, a vector or a key."""

    request_id: str
    method: str
    path: str
    status: int = 0
    code: str = ""
    detail: str = ""
    key: str = ""
    texts: int = 0
    model_ms: float = 0.0
    total_ms: float = 0.0


async def guarded(app: App, line: Line, trace: Trace, work: Callable[[], Awaitable[T]]) -> T | EmbedderError:
    """Return what `work` comes to, or the error that it ends in; nothing else gets out. Bounded by the deadline."""
    try:
        if app.fault:
            raise RuntimeError(app.fault)
        async with asyncio.timeout(app.settings.deadline_s) as trace.deadline:
            return await work()
    except EmbedderError as error:
        return error
    except TimeoutError:
        return UpstreamTimeoutError(f"Nothing was answered within the deadline of {app.settings.deadline_s} s.")
    except Exception as error:
        # the caller gets a flat sentence, the operator the fault
        line.detail = f"{type(error).__name__}: {error}"[:_MAX_DETAIL_CHARS]
        return EmbedderError("The service failed; the fault was logged.")


def finish(app: App, line: Line, trace: Trace) -> None:
    """Complete the log line and write it."""
    line.texts, line.model_ms = trace.texts, round(trace.model_ms, 1)
    line.total_ms = round(app.clock() - trace.began_ms, 1)
    app.log(msgspec.json.encode(line).decode())
