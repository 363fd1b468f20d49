"""Variables for the Worker and the emulator from the environment, and `.dev.vars`."""

import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import httpx

from embedder import batching
from embedder.settings import Settings, SettingsError
from tools.runtime import ROOT

# Variables of the Worker, in the order of docs/configuration.md.
WORKER = (
    "AUTH",
    "API_KEYS",
    "CORS_ORIGINS",
    "MAX_TEXT_TOKENS",
    "MAX_BODY_BYTES",
    "DEADLINE_S",
    "WAIT_S",
    "AI_GATEWAY",
    "AI_GATEWAY_CACHE_TTL_S",
    "AI_GATEWAY_LOG",
    "MODEL_ALIASES",
    "VECTORIZE_INDEX",
    *batching.VARIABLES,
)
# Variables of the emulator, see local/wrangler.toml.
EMULATOR = (
    "LOCAL_EMBEDDINGS_URL",
    "LOCAL_EMBEDDINGS_MODEL",
    "DIMENSIONS",
    "METRIC",
    "METADATA_INDEXES",
    "VISIBILITY_DELAY_MS",
)
# A model on a CPU needs more than the default of 25 s for 100 texts.
LOCAL_MODEL_DEADLINE_S = "120"
DEV_VARS = ROOT / ".dev.vars"
_CONFIGURATION = ROOT / "wrangler.toml"
_PROBE_TIMEOUT_S = 3.0
_POLL_S = 0.5


_DEV_VARS_LINE = re.compile(r"""^\s*(?:export\s+)?(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#\n]*))""", re.MULTILINE)


class VariableError(Exception):
    """A variable can't be used; the message is one sentence to act on."""


def of_worker(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the Worker's variables that the environment sets. A local model gets a longer deadline."""
    found = {name: environment[name] for name in WORKER if environment.get(name)}
    if environment.get("LOCAL_EMBEDDINGS_URL") and "DEADLINE_S" not in in_dev_vars():
        found.setdefault("DEADLINE_S", LOCAL_MODEL_DEADLINE_S)
    return found


def check(settings: Mapping[str, str]) -> None:
    """Raise VariableError if the Worker would reject or ignore one of these variables, or of those in `.dev.vars`."""
    try:
        checked = Settings.from_env({"AUTH": "off", **in_dev_vars(), **settings})
    except SettingsError as error:
        raise VariableError(str(error)) from error
    if checked.ignored:
        raise VariableError(checked.ignored)


def in_dev_vars() -> dict[str, str]:
    """Return the Worker's variables in `.dev.vars`."""
    found = _DEV_VARS_LINE.findall(_dev_vars())
    return {name: (double or single or plain).strip() for name, double, single, plain in found if name in WORKER}


def of_emulator(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the emulator's variables that the environment sets. Raises VariableError."""
    found = {name: environment[name] for name in EMULATOR if environment.get(name)}
    for name, value in found.items():
        if any(char in value for char in '"\n\r'):
            raise VariableError(f"{name} must not contain quotes or line breaks.")
    if url := found.get("LOCAL_EMBEDDINGS_URL"):
        _probe(url)
    return found


def _probe(url: str) -> None:
    """Check that a server answers at `url`; any HTTP status will do."""
    try:
        httpx.get(f"{url.rstrip('/')}/models", timeout=_PROBE_TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = f"LOCAL_EMBEDDINGS_URL is {url}, but no server answers there ({error}). "
        raise VariableError(message + "Start the server, or unset the variable.") from error


def reload_on_change(copy: Callable[[], object]) -> None:
    """Make wrangler read `.dev.vars` again when it changes. wrangler watches only its configuration file.

    `copy` is called before that, to take over what has changed.
    """
    threading.Thread(target=_watch, args=[copy], daemon=True).start()


def _dev_vars() -> str:
    try:
        return DEV_VARS.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _watch(copy: Callable[[], object]) -> None:
    before = _modified()
    while True:
        time.sleep(_POLL_S)
        if (now := _modified()) != before:
            before = now
            with suppress(OSError, UnicodeDecodeError):
                copy()
                os.utime(_CONFIGURATION)


def _modified() -> int:
    try:
        return DEV_VARS.stat().st_mtime_ns
    except OSError:
        return 0
