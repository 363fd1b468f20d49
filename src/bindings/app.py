"""Builds the application of an isolate from the environment, once."""

from functools import cache
from typing import Any

import js
import pyodide_js
from workers import import_from_javascript

from bindings import (
    environment,
    event_loop,
    http,
    vectorize,
)
from bindings.ai import WorkersAI
from bindings.batcher.shared import SharedAI
from bindings.clock import clock
from bindings.queues import Queue
from embedder.app import App
from embedder.embedding.embedder import Embedder
from embedder.ports import Limiter
from embedder.settings import Settings

_memory = import_from_javascript("bindings/isolate/memory.js")


@cache
def app() -> App:
    """Return the application. If a variable is invalid, it rejects every request, and the log says why."""
    event_loop.install()
    env = environment.env()
    settings, fault = environment.settings()
    if settings.ignored:
        js.console.log(f"ignored: {settings.ignored}")
    _memory.configure(pyodide_js._module, settings.max_body_bytes)
    return App(
        settings=settings,
        embedder=Embedder(settings, _model(env, settings), clock=clock, jitter=js.Math.random),
        store=vectorize.store(getattr(env, "VECTORIZE", None), clock=clock, wait_s=settings.wait_s),
        clock=clock,
        log=js.console.log,
        limiter=_limiter(getattr(env, "RATE_LIMITER", None)),
        ingest=_queue(getattr(env, "INGEST", None)),
        failed=_queue(getattr(env, "INGEST_FAILED", None)),
        fault=fault,
        version=getattr(getattr(env, "CF_VERSION_METADATA", None), "id", ""),
    )


def _model(env: Any, settings: Settings) -> WorkersAI:
    ai, batcher = getattr(env, "AI", None), getattr(env, "BATCHER", None)
    return SharedAI(ai, batcher, settings) if ai is not None and batcher is not None else WorkersAI(ai, settings)


def _queue(binding: Any) -> Queue | None:
    return None if binding is None else Queue(binding)


def _limiter(binding: Any) -> Limiter | None:
    if binding is None:
        return None

    async def allow(lifetime: Any, key: str) -> bool:
        return bool(await http.admits(lifetime, binding, key))

    return allow
