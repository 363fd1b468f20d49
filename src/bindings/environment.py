"""The bindings and the variables of the Worker."""

from functools import cache
from typing import Any

from workers import import_from_javascript

from embedder import batching
from embedder.settings import Settings, SettingsError
from embedder.variables import wrong_bindings

VARIABLES = (
    "MAX_TEXT_TOKENS",
    "MAX_BODY_BYTES",
    "AUTH",
    "API_KEYS",
    "CORS_ORIGINS",
    "DEADLINE_S",
    "WAIT_S",
    "AI_GATEWAY",
    "AI_GATEWAY_CACHE_TTL_S",
    "AI_GATEWAY_LOG",
    "VECTORIZE_INDEX",
    "LOCAL_MODEL",
    "MODEL_ALIASES",
    *batching.VARIABLES,
)


def env() -> Any:
    """Return the environment, with the bindings as they are: the SDK's copy converts everything."""
    return import_from_javascript("cloudflare:workers").env


@cache
def settings() -> tuple[Settings, str]:
    """Return the settings, and why they are invalid; then they are the defaults."""
    own = env()
    values = {name: getattr(own, name) for name in VARIABLES if hasattr(own, name)}
    wrong = " ".join(wrong_bindings(own))
    try:
        return Settings.from_env(values), wrong
    except SettingsError as error:
        return Settings(), f"{error} {wrong}".strip()
