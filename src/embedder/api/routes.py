"""The routes of all APIs: finds the route and the error format for a path."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from embedder.api import cohere, google, models, native, ollama, openai
from embedder.api.cloudflare import vectorize, workers_ai
from embedder.api.mcp import protocol as mcp
from embedder.api.routing import Route
from embedder.errors import EmbedderError
from embedder.settings import MODEL

# The first route that matches a path is used, so `/v1/models/{model}:embedContent` comes before `/v1/models/{id}`.
TABLE: tuple[Route, ...] = (
    *native.ROUTES,
    *openai.ROUTES,
    *google.ROUTES,
    *models.ROUTES,
    *workers_ai.ROUTES,
    *ollama.ROUTES,
    *vectorize.ROUTES,
    *cohere.ROUTES,
    *mcp.ROUTES,
)
_ERROR_FORMATS = (
    (re.compile(r"/client/v4/.*/ai/v1/"), workers_ai.openai_error_text),
    (re.compile(r"/client/v4/.*/vectorize/"), vectorize.error_text),
    (re.compile(r"/client/v4/"), workers_ai.error_text),
    (re.compile(r"/api/"), ollama.error_text),
    (re.compile(f"{mcp.PATH}$"), mcp.error_text),
    (re.compile(r"/v1/embeddings$"), openai.voyage_error_text),
    (re.compile(r"/v[12]/embed$"), cohere.error_text),
    (re.compile(r"/v1beta/|.*:(batchEmbedContents|embedContent)$"), google.error_text),
)

Methods = Mapping[str, Route]


def _by_path() -> dict[str, dict[str, Route]]:
    found: dict[str, dict[str, Route]] = {}
    for route in TABLE:
        found.setdefault(route.path, {})[route.method] = route
    return found


def _pattern(path: str) -> re.Pattern[str]:
    """Compile a path. `{id}` is the name of a model, which may contain slashes."""
    parts = [part for part in re.split(r"(\{\w+\})", path) if part]
    segments = {"{id}": "(?P<id>.+)"}
    found = [segments.get(part, f"(?P<{part[1:-1]}>[^/]+)") if part[0] == "{" else re.escape(part) for part in parts]
    return re.compile("".join(found))


_METHODS = _by_path()
_PATTERNS = [(_pattern(path), methods) for path, methods in _METHODS.items() if "{" in path]
_RUN = _pattern(workers_ai.PREFIX)
_VECTORIZE = re.compile(r"/client/v4/accounts/[^/]+/vectorize/")


def find(path: str) -> tuple[Methods, Mapping[str, str]]:
    """Return the routes of `path` by method, and the values of its `{name}` segments. Raises `not_found`."""
    plain = unquote(path) if "%" in path else path
    if (methods := _METHODS.get(plain)) is not None and "{" not in plain:
        return methods, {}
    for pattern, methods in _PATTERNS:
        if found := pattern.fullmatch(plain):
            return methods, found.groupdict()
    if _RUN.match(plain):
        message = f"Unknown model {_RUN.sub('', plain)[:100]}; this service runs {MODEL}."
        raise EmbedderError("model_not_found", message)
    if _VECTORIZE.match(plain):
        message = "a Worker can only read and write the vectors of its index. Use `wrangler vectorize` for the rest."
        raise EmbedderError("not_found", f"Unknown path {plain[:200]}; {message}")
    raise EmbedderError("not_found", f"Unknown path {plain[:200]}; GET /openapi.json lists the routes.")


def error_format(path: str) -> Callable[[EmbedderError], str]:
    """Return the error format of this path, which need not have a route."""
    return next((write for pattern, write in _ERROR_FORMATS if pattern.match(path)), openai.error_text)
