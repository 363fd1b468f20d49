"""An event loop that runs what is ready in microtasks: an `await` costs a third of what it costs under Pyodide's own.

Pyodide sends every ready handle through one `MessageChannel`, and then waits for a second turn of the same kind. Here
each handle is one microtask. Microtasks run in the request that scheduled them, and the runtime drains them before it
leaves a request, so that no handle runs in the context of another request. A queue that several requests share breaks
exactly that, and Pyodide's channel has one: a handle left behind by a terminated request runs in the next one.

Timers of 2 ms or less go through that channel too, and a loop over them starves everything else; so here every timer is
a `setTimeout`. A loop over `sleep(0)` still starves everything else, as it does under Pyodide's own loop. `run_sync`
does not work under this one.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any

import js
import pyodide_js  # type: ignore[import-not-found]  # exists in the Worker only
from pyodide import webloop
from pyodide.ffi import create_once_callable


def install() -> bool:
    """Speed up the running loop, inside the first request of an isolate. False if this Pyodide is not as expected."""
    loop: Any = asyncio.get_running_loop()
    api: Any = getattr(pyodide_js, "_api", None)
    needed = [(loop, "_install_running_loop"), (loop, "_install_asyncgen_hooks")]
    needed += [(api, "scheduleCallback"), (webloop, "scheduleCallback")]
    if not all(hasattr(place, name) for place, name in needed):
        return False
    queue = js.queueMicrotask.bind(js.globalThis)

    def call_soon(callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, loop, context)

        def run() -> None:
            loop._install_running_loop()
            loop._install_asyncgen_hooks()
            if not handle.cancelled():
                handle._run()

        queue(create_once_callable(run))
        return handle

    loop.call_soon = loop.call_soon_threadsafe = call_soon
    api.scheduleCallback = queue  # its one remaining caller asks for no delay
    webloop.scheduleCallback = js.setTimeout.bind(js.globalThis)
    return True
