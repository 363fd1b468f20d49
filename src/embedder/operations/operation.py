"""An operation: a row of the table that HTTP and RPC share."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from embedder.access.scopes import ScopeName
from embedder.app import App
from embedder.context import RequestContext
from embedder.operations.result import Result


class Operation(Struct, frozen=True):
    """An operation. The key of its caller needs the `scope`.

    `arguments` names the request fields that RPC takes by position. `query` describes the fields that HTTP takes from
    the query string. `queued` is the response if the work was only queued.
    """

    name: str
    scope: ScopeName
    method: str
    path: str
    request: Any
    response: Any
    handler: Callable[[App, RequestContext, Any], Awaitable[Result]]  # its caller has checked the scope
    arguments: tuple[str, ...]
    summary: str
    query: Mapping[str, str] = {}
    queued: Any = None
