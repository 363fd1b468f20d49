"""The route table of all dialects: which route a path has, and in which shape its errors are written. No I/O."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

import msgspec

from embedder import openapi
from embedder.dialects import native, openai, stored, workers_ai
from embedder.errors import EmbedderError, ModelNotFoundError, NotFoundError
from embedder.routing import Call, HttpResponse, Route
from embedder.settings import MODEL


async def _openapi(call: Call) -> HttpResponse:  # noqa: ARG001
    return HttpResponse(200, msgspec.json.encode(openapi.document(TABLE)))


TABLE: tuple[Route, ...] = (
    *native.ROUTES,
    *openai.ROUTES,
    *workers_ai.ROUTES,
    *stored.ROUTES,
    Route(
        method="GET",
        path="/openapi.json",
        handler=_openapi,
        summary="This document",
        public=True,
    ),
)

Methods = Mapping[str, Route]


def _by_path() -> dict[str, dict[str, Route]]:
    found: dict[str, dict[str, Route]] = {}
    for route in TABLE:
        found.setdefault(route.path, {})[route.method] = route
    return found


def _pattern(path: str) -> re.Pattern[str]:
    """A `{name}` at the end takes all the rest: names of models have slashes."""
    parts = [part for part in re.split(r"(\{\w+\})", path) if part]
    segment = "(?P<{}>[^/]+)"
    found = [segment.format(part[1:-1]) if part[0] == "{" else re.escape(part) for part in parts]
    return re.compile("".join(found).removesuffix("[^/]+)") + (".+)" if parts[-1][0] == "{" else ""))


_METHODS = _by_path()
_PATTERNS = [(_pattern(path), methods) for path, methods in _METHODS.items() if "{" in path]
_RUN = _pattern(workers_ai.PREFIX)


def find(path: str) -> tuple[Methods, Mapping[str, str]]:
    """Return the routes of `path` by method, and the values of its `{name}` segments; NotFoundError if it has none."""
    plain = unquote(path) if "%" in path else path
    if (methods := _METHODS.get(plain)) is not None and "{" not in plain:
        return methods, {}
    for pattern, methods in _PATTERNS:
        if found := pattern.fullmatch(plain):
            return methods, found.groupdict()
    if _RUN.match(plain):
        raise ModelNotFoundError(f"No such model {_RUN.sub('', plain)[:100]}; this service runs {MODEL}.")
    raise NotFoundError(f"There is nothing at {plain[:200]}; GET /openapi.json lists the routes.")


def error_shape(path: str) -> Callable[[EmbedderError], bytes]:
    """Return how errors of this path are written, also where it has no route."""
    return workers_ai.error_body if _RUN.match(path) else openai.error_body
