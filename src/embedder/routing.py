"""HTTP as plain values, and the row of the route table that every dialect fills in. No I/O."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec

from embedder.errors import InvalidRequestError, VectorizeNotConfiguredError
from embedder.model import Answer, Plan, Trace
from embedder.service import Service
from embedder.store import Store

JSON = "application/json"


class HttpRequest(Protocol):
    """A request as the runtime hands it over. `read` returns the body, or None where it is over `limit` bytes.

    `client` is the runtime's own sign of a caller who has gone.
    """

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def client(self) -> object: ...
    def header(self, name: str) -> str | None: ...
    async def read(self, limit: int) -> bytes | None: ...


class HttpResponse(msgspec.Struct):
    """A response. Its body is bytes, or off-loaded parts in order, or an answer of the model, passed on unread.

    `plan` tells what was done to the texts.
    """

    status: int
    body: "bytes | list[object] | Answer"
    headers: dict[str, str] = {}
    plan: Plan | None = None


class Call(msgspec.Struct):
    """One request on its way to its handler.

    `params` are the values of the path and of the query; `offload` moves a finished part of a body out of Python's
    memory.
    """

    params: Mapping[str, str]
    service: Service
    trace: Trace
    offload: Callable[[bytes], object]
    index: Store | None = None
    body: Any = None

    @property
    def store(self) -> Store:
        """The operations on the index; VectorizeNotConfiguredError where none is bound."""
        if self.index is None:
            raise VectorizeNotConfiguredError("No Vectorize index is bound: add [[vectorize]] to wrangler.toml.")
        return self.index


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the route table.

    `path` may hold `{name}` segments; `body` and `response` are Structs; `query` describes parameters;
    `explain` may turn a fault of the body into a better one.
    """

    method: str
    path: str
    handler: Callable[[Call], Awaitable[HttpResponse]]
    summary: str
    body: Any = None
    response: Any = None
    query: Mapping[str, str] = {}
    public: bool = False
    media_types: tuple[str, ...] = (JSON,)
    explain: Callable[[InvalidRequestError], InvalidRequestError] | None = None
