"""The border to the runtime. This package and entry.py are all that knows JavaScript."""

from collections.abc import Mapping
from typing import Any

import js
from pyodide.ffi import to_js
from workers import import_from_javascript

from bindings.index import Vectorize
from bindings.model import WorkersAI
from bindings.web import Request, reply_to_js, response_to_js
from embedder.app import App, Limiter
from embedder.service import Service
from embedder.settings import Settings, SettingsError
from embedder.store import Store

__all__ = ["Request", "app", "reply_to_js", "response_to_js"]

_VARIABLES = (
    "MAX_TEXT_TOKENS",
    "MAX_BODY_BYTES",
    "AUTH",
    "API_KEYS",
    "CORS_ORIGINS",
    "DEADLINE_S",
    "WAIT_S",
)


def environment() -> Any:  # noqa: ANN401
    """Return the environment without the SDK's deep conversion; only inside a handler."""
    return import_from_javascript("cloudflare:workers").env


def variables(env: Any) -> Mapping[str, object]:  # noqa: ANN401
    return {name: getattr(env, name) for name in _VARIABLES if hasattr(env, name)}


def limiter(env: Any) -> Limiter | None:  # noqa: ANN401
    """Return the rate-limit binding, if there is one."""
    binding = getattr(env, "RATE_LIMITER", None)
    if binding is None:
        return None

    async def allow(key: str) -> bool:
        return bool((await binding.limit(to_js({"key": key}, dict_converter=js.Object.fromEntries))).success)

    return allow


def app() -> App:
    """Build what an isolate needs. If a variable is wrong it stays closed, and says why in the log."""
    env = environment()
    settings, fault = Settings(), ""
    try:
        settings = Settings.from_env(variables(env))
    except SettingsError as error:
        fault = str(error)
    service = Service(settings, WorkersAI(env.AI, settings.deadline_s), clock=js.Date.now, jitter=js.Math.random)
    index = getattr(env, "VECTORIZE", None)
    return App(
        settings=settings,
        service=service,
        store=Store(service, Vectorize(index), clock=js.Date.now, wait_s=settings.wait_s) if index else None,
        clock=js.Date.now,
        new_id=js.crypto.randomUUID,
        log=js.console.log,
        offload=to_js,
        limiter=limiter(env),
        fault=fault,
    )
