"""HTTP as plain values, and the row of the route table that every wire format fills in. No I/O."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding import PreparedTexts
from embedder.errors import EmbedderError
from embedder.ports import Scope

JSON = "application/json"


class HttpRequest(msgspec.Struct):
    """A request. `id` is a new one, in case the caller sent none.

    `read` returns the body; it raises an error if the body is over the limit in bytes, broken, or too slow.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    id: str
    scope: Scope
    read: Callable[[int], Awaitable[bytes]]


class HttpResponse(msgspec.Struct):
    """A response. `text` is its body, or what stands before `numbers`; `tail` what stands behind them.

    In `item`, what is written for a row, `@` stands for its numbers and `#` for its index.
    """

    status: int
    text: str | None
    headers: dict[str, str] = {}
    prepared: PreparedTexts | None = None
    numbers: object = None
    item: str = "@"
    tail: str = ""


class Route(msgspec.Struct, frozen=True):
    """A row of the route table.

    `path` may hold `{name}` segments; `body` and `response` are Structs; `query` describes parameters; the first of the
    `media_types` is JSON, and any other needs an Authorization header; `explain` may turn an error of the body into a
    better one.
    """

    method: str
    path: str
    handler: Callable[[App, RequestContext, Any], Awaitable[HttpResponse]]
    summary: str
    body: Any = None
    response: Any = None
    query: Mapping[str, str] = {}
    public: bool = False
    media_types: tuple[str, ...] = (JSON,)
    explain: Callable[[EmbedderError], EmbedderError] | None = None
