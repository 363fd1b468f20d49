"""The HTTP APIs of the Worker: finds the API and the routes of a path."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from embedder.api import (
    cohere,
    google,
    native,
    openai,
)
from embedder.api.cloudflare import openai as cloudflare_openai
from embedder.api.cloudflare import (
    vectorize,
    workers_ai,
)
from embedder.api.mcp import protocol as mcp
from embedder.api.ollama import protocol as ollama
from embedder.api.routing import Api, Route
from embedder.api.servers import (
    any_base,
    azure,
    llama_cpp,
    lm_studio,
    openrouter,
    vertex,
)
from embedder.api.tei import hosted as tei_hosted
from embedder.api.tei import protocol as tei

# To leave an API out, delete its module, or folder, its line in this list and its import. See docs/architecture.md.
APIS: tuple[Api, ...] = (
    *native.APIS,
    *openai.APIS,
    *google.APIS,
    *workers_ai.APIS,
    *cloudflare_openai.APIS,
    *ollama.APIS,
    *vectorize.APIS,
    *cohere.APIS,
    *tei.APIS,
    *tei_hosted.APIS,
    *azure.APIS,
    *llama_cpp.APIS,
    *lm_studio.APIS,
    *openrouter.APIS,
    *vertex.APIS,
    *any_base.APIS,
    *mcp.APIS,
)
TABLE = tuple(route for api in APIS for route in api.routes if not route.selected_by)
_ALTERNATIVES = {route.path: (api, route) for api in APIS for route in api.routes if route.selected_by}

Methods = Mapping[str, Route]


class Place(NamedTuple):
    """Where a path leads: its API, its routes by method (none for an unknown path), and its `{name}` segments.

    `alternative` is another API that shares the path, and its route.
    """

    api: Api
    methods: Methods
    values: Mapping[str, str]
    alternative: tuple[Api, Route] | None = None


_ANYWHERE = "[^/]+(?:/[^/]+){0,9}"
_SEGMENTS = {
    "account": "[^/]+",  # any account; this service has one
    "prefix": _ANYWHERE,  # what the base URLs of other services have before the route
    "base": f"(?P<base>{_ANYWHERE})",
    **{name: f"(?P<{name}>.+)" for name in ("model", "deployment")},  # names of models may contain slashes
    # ... but no name ends in a method of Google's API, such as `:countTokens`
    "id": r"(?P<id>(?!.*:(?:predict|(?:async|batch|count|embed|generate|stream)[A-Z]\w*)$).+)",
}


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = [_SEGMENTS.get(name, f"(?P<{name}>[^/]+)") for name in parts[1::2]]
    return re.compile("".join(parts), re.DOTALL)  # a name may contain a line break, too


def _places() -> dict[str, tuple[Api, dict[str, Route]]]:
    places: dict[str, tuple[Api, dict[str, Route]]] = {}
    for api in APIS:
        for route in api.routes:
            if not route.selected_by:
                places.setdefault(route.path, (api, {}))[1][route.method] = route
    return places


_PLACES = {path: Place(api, methods, {}, _ALTERNATIVES.get(path)) for path, (api, methods) in _places().items()}
# The longest path is tried first, so `/v1/models/{model}:embedContent` comes before `/v1/models/{id}`; those that may
# begin with anything come last.
_OPEN = ("/{prefix}/", "/{base}/")
_ORDER = sorted(_PLACES, key=lambda path: (path.startswith(_OPEN), -len(path)))
_PATTERNS = [(_pattern(path), _PLACES[path]) for path in _ORDER if "{" in path]
_PREFIXES = {prefix: Place(api, {}, {}) for api in APIS for prefix in api.prefixes}
_UNKNOWN = [(_pattern(prefix), _PREFIXES[prefix]) for prefix in sorted(_PREFIXES, key=len, reverse=True)]


def find(path: str) -> Place:
    """Return where a decoded path leads."""
    if (place := _PLACES.get(path)) is not None and "{" not in path:
        return place
    if "//" in path or (path.endswith("/") and path != "/"):
        return find(re.sub("//+", "/", path).rstrip("/") or "/")  # base URLs of clients often end in a slash
    for pattern, place in _PATTERNS:
        if match := pattern.fullmatch(path):
            return place._replace(values=match.groupdict())
    return next(place for pattern, place in _UNKNOWN if pattern.match(path))
