"""Builds the application of an isolate from the environment, once."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import js
import pyodide_js
from workers import import_from_javascript

from bindings import (
    event_loop,
    http,
    vectorize,
)
from bindings.ai import WorkersAI
from bindings.queues import Queue
from embedder.app import App
from embedder.embedding.embedder import Embedder
from embedder.ports import Limiter
from embedder.settings import Settings, SettingsError

_room = import_from_javascript("bindings/room.js")
_VARIABLES = (
    "MAX_TEXT_TOKENS",
    "MAX_BODY_BYTES",
    "AUTH",
    "API_KEYS",
    "CORS_ORIGINS",
    "DEADLINE_S",
    "WAIT_S",
    "AI_GATEWAY",
    "AI_GATEWAY_CACHE_TTL_S",
    "VECTORIZE_INDEX",
    "LOCAL_MODEL",
)


@cache
def app() -> App:
    """Return the application. If a variable is invalid, it rejects every request, and the log says why."""
    event_loop.install()
    env = import_from_javascript("cloudflare:workers").env  # not the SDK's copy, which converts everything
    settings, fault = Settings(), ""
    try:
        settings = Settings.from_env(_variables(env))
    except SettingsError as error:
        fault = str(error)
    if settings.ignored:
        js.console.log(f"ignored: {settings.ignored}")
    _room.configure(pyodide_js._module, settings.max_body_bytes)
    return App(
        settings=settings,
        embedder=Embedder(settings, WorkersAI(getattr(env, "AI", None), settings), clock=clock, jitter=js.Math.random),
        store=vectorize.store(getattr(env, "VECTORIZE", None), clock=clock, wait_s=settings.wait_s),
        clock=clock,
        log=js.console.log,
        limiter=_limiter(getattr(env, "RATE_LIMITER", None)),
        ingest=_queue(getattr(env, "INGEST", None)),
        failed=_queue(getattr(env, "INGEST_FAILED", None)),
        fault=fault,
        version=getattr(getattr(env, "CF_VERSION_METADATA", None), "id", ""),
    )


def clock() -> float:
    """Return milliseconds since the epoch."""
    return time.time() * 1000


def _variables(env: Any) -> Mapping[str, object]:
    return {name: getattr(env, name) for name in _VARIABLES if hasattr(env, name)}


def _queue(binding: Any) -> Queue | None:
    return None if binding is None else Queue(binding)


def _limiter(binding: Any) -> Limiter | None:
    if binding is None:
        return None

    async def allow(lifetime: Any, key: str) -> bool:
        return bool(await http.admits(lifetime, binding, key))

    return allow
