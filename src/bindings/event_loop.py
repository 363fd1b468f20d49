"""Makes the event loop run ready callbacks as microtasks. An `await` then costs a third of its time in Pyodide.

Pyodide sends every ready callback through one `MessageChannel`, and then waits for a second message. Here each callback
is one microtask. A microtask runs in the request that scheduled it, because the runtime drains the microtask queue
before it switches to another request. Pyodide's channel is shared by all requests: a callback of a terminated request
runs inside the next request.

Pyodide also sends timers of 2 ms or less through that channel, and rejects a time that has passed. Here every timer is
a `setTimeout`, and a time that has passed means at once, as in asyncio. A loop over `sleep(0)` blocks everything else,
as it does in Pyodide. `run_sync` does not work with this event loop.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any

import js
import pyodide.webloop
import pyodide_js
from pyodide.ffi import create_once_callable


def install() -> bool:
    """Patch the running loop; call it inside a request. Return False if Pyodide's internals are not as expected."""
    loop: Any = asyncio.get_running_loop()
    api: Any = getattr(pyodide_js, "_api", None)
    webloop: Any = pyodide.webloop
    needed = [(loop, "_install_running_loop"), (loop, "_install_asyncgen_hooks")]
    needed += [(loop, "_decrement_in_progress"), (api, "scheduleCallback"), (webloop, "scheduleCallback")]
    if not all(hasattr(owner, name) for owner, name in needed):
        return False
    queue = js.queueMicrotask.bind(js.globalThis)
    count = loop._decrement_in_progress

    def call_soon(callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, loop, context)

        def run() -> None:
            loop._install_running_loop()
            loop._install_asyncgen_hooks()
            if not handle.cancelled():
                handle._run()

        if callback == count:  # Pyodide counts what is done; this needs no microtask
            handle._run()
        else:
            queue(create_once_callable(run))
        return handle

    def call_at(when: float, *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle: asyncio.Handle = loop.call_later(max(0, when - loop.time()), *args, context=context)
        return handle

    loop.call_soon = loop.call_soon_threadsafe = call_soon
    loop.call_at = call_at
    api.scheduleCallback = queue  # its only remaining caller passes no delay
    webloop.scheduleCallback = js.setTimeout.bind(js.globalThis)
    return True
