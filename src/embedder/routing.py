"""HTTP as plain values, and the row of the route table that every dialect fills in. No I/O."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec

from embedder.errors import EmbedderError
from embedder.service import Answer, Service, Trace
from embedder.settings import Settings

JSON = "application/json"


class HttpRequest(Protocol):
    """A request as the runtime hands it over. `read` returns at most `limit` bytes, or None where there are more."""

    method: str
    path: str
    query: str

    def header(self, name: str) -> str | None: ...
    async def read(self, limit: int) -> bytes | None: ...


class HttpResponse(msgspec.Struct):
    """A response: the body is ours (bytes, or parts of it in order) or an answer of the model, passed on unread."""

    status: int
    body: "bytes | list[bytes] | Answer"
    headers: dict[str, str] = {}


class Call(msgspec.Struct):
    """One request on its way to one route."""

    request: HttpRequest
    params: Mapping[str, str]
    settings: Settings
    service: Service
    trace: Trace
    body: Any = None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the route table. `path` may hold `{name}` segments; `body` is the Struct of the request."""

    method: str
    path: str
    handler: Callable[[Call], Awaitable[HttpResponse]]
    summary: str
    errors: Callable[[EmbedderError], bytes]
    body: Any = None
    response: Any = None
    public: bool = False
    media_types: tuple[str, ...] = (JSON,)
