"""Requests, responses, routes and APIs as plain values."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from embedder.access.scopes import Needed
from embedder.embedding.embedder import PreparedTexts
from embedder.errors import EmbedderError, invalid
from embedder.operations.result import Result
from embedder.ports import Lifetime, Vectors

JSON = "application/json"
FORM, TEXT = "application/x-www-form-urlencoded", "text/plain"  # what curl and fetch send by default
GATEWAY_HEADER = "cf-aig-gateway-id"  # of Cloudflare's REST API


def path_and_query(url: str) -> tuple[str, str]:
    """Return the path of a URL, decoded, and its query string, which is not."""
    _, slash, rest = url[8:].partition("/")  # `https://`; the host of an `http://` has a character
    if not slash:
        return "/", ""
    path, _, query = rest.partition("?")
    return f"/{unquote(path) if '%' in path else path}", query


class HttpRequest(msgspec.Struct):
    """A request. Its `path` is decoded, its `url` is not. `id` is a generated request id, used if the caller sent none.

    `read` takes a limit in bytes and returns the body. It raises an error for a body that is too large, incomplete,
    nested too deeply or too slow. `read_vectors` also takes the name of the field with the vectors. It returns the body
    with an index instead of each vector, and a handle to the vectors.
    """

    method: str
    url: str
    path: str
    query: str
    headers: Mapping[str, str]
    id: str
    lifetime: Lifetime
    read: Callable[[int], Awaitable[bytes]]
    read_vectors: Callable[[str, int], Awaitable[tuple[bytes, Vectors]]]
    api: "Api | None" = None  # whose error format the answer has


class HttpResponse(msgspec.Struct):
    """A response. `numbers` is a handle to vectors or scores, written between `text` and `tail`, see `split_large`.

    `item` is the template of one row: `@` is replaced with its numbers and `#` with its index.
    """

    status: int
    text: str | bytes | None
    headers: dict[str, str] = {}
    prepared: PreparedTexts | None = None
    numbers: object = None
    item: str = "@"
    tail: str | bytes = ""


class Route(msgspec.Struct, frozen=True):
    """A route of an API.

    Attributes:
        path: may contain `{name}` segments.
        handler: called with the application, the context and the body. By name, it gets the `{name}` segments except
            `{account}` and `{prefix}`, `query` if the route `takes_query`, and `vectors` if the body contains them.
        body, response: Structs. `queued` is the Struct of an answer with status 202.
        query: descriptions of the query parameters.
        takes_query: whether the handler gets the query string.
        scope: what the key of the caller needs; by default every scope.
        public: whether no key is needed.
        media_types: the first is JSON. Those of HTML forms are accepted only together with a key.
        vectors: the field of the body that contains vectors, "vector" or "vectors"; "" for none.
        explain: may replace an error in the body, which it is called with too, by a clearer one.
        gateway: whether the header cf-aig-gateway-id chooses an AI Gateway.
        key_in_query: whether the key may also be the query parameter `key`.
        selected_by: for a route that shares method and path with a native one: bodies with this field go to this route.
    """

    method: str
    path: str
    handler: Callable[..., Awaitable[Result]]
    summary: str
    body: Any = None
    response: Any = None
    query: Mapping[str, str] = {}
    takes_query: bool = False
    scope: Needed = "all"
    public: bool = False
    media_types: tuple[str, ...] = (JSON,)
    vectors: str = ""
    explain: Callable[[EmbedderError, bytes], EmbedderError] | None = None
    gateway: bool = False
    queued: Any = None
    key_in_query: bool = False
    selected_by: str = ""


def query_values(query: str) -> dict[str, str]:
    """Return the parameters of a query string. Values of a repeated name are joined with commas."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        values.setdefault(name, []).append(value)
    return {name: ",".join(parts) for name, parts in values.items()}


def check_query(query: str, route: Route) -> None:
    """Reject a query parameter that the route does not have, unless its value is empty."""
    parts = (part.partition("=") for part in query.split("&"))
    names = (unquote(name) for name, equals, value in parts if value or not equals)
    if unknown := next((name for name in names if name not in ("", *route.query)), None):
        known = f"this route takes {', '.join(route.query)}" if route.query else "send options in the body"
        raise invalid(f"Unknown query parameter {unknown[:64]!r}; {known}.", unknown[:64])


def unknown_path(path: str) -> EmbedderError:
    """Return the error for a path without a route."""
    return EmbedderError("not_found", f"Unknown path {path[:200]}; GET /openapi.json lists the routes.")


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """One API: its routes, and the format of its errors.

    A path without a route belongs to the API with the longest of the `prefixes` that it begins with. They may contain
    `{name}` segments. `unknown` returns the error for such a path. With `checks_origin`, pages of other sites are
    rejected, unless the operator allows them. With `lenient`, fields and query parameters that a route does not have
    are ignored, as far as they do not change the answer; otherwise they are errors. `statuses` has the statuses of the
    error codes for which this API has others.
    """

    routes: tuple[Route, ...]
    error_text: Callable[[EmbedderError], str]
    prefixes: tuple[str, ...] = ()
    unknown: Callable[[str], EmbedderError] = unknown_path
    statuses: Mapping[str, int] = {}
    checks_origin: bool = False
    lenient: bool = False
