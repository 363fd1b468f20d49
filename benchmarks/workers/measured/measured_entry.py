"""The Worker with the additional route `/__memory`, which reports memory. Only for benchmarks; never uploaded."""

import asyncio
import gc
import json
from functools import cache
from typing import Any

import js  # noqa: TID251 a Worker of its own
import pyodide_js
from workers import Response  # noqa: TID251 a Worker of its own

from bindings.app import app
from entry import LISTED, METHODS, Default  # noqa: F401 the runtime looks for `Default`

_ROUNDS = 3


async def _fetch(request: Any) -> object:  # noqa: ANN401 of JavaScript
    if not request.url.endswith("/__memory"):
        return await LISTED["fetch"](request)
    await _collect()
    held = {"heap_bytes": pyodide_js._module.HEAP8.length, "objects": len(gc.get_objects())}
    return Response(json.dumps({**held, "live": len(app().live._live), "isolate": _isolate()})).js_object


METHODS["fetch"] = _fetch


@cache
def _isolate() -> float:
    return float(js.Math.random())


async def _collect() -> None:
    """Run both garbage collectors. Python objects that V8 releases are freed in a later turn of the event loop."""
    for _ in range(_ROUNDS):
        js.gc()
        await asyncio.sleep(0.01)
        gc.collect()
