"""The native HTTP API: one route per operation, and `/health`. Its errors have OpenAI's format."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from embedder import decoding
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.operations import table
from embedder.operations.operation import Operation
from embedder.operations.result import Result
from embedder.settings import MODEL


class Health(msgspec.Struct):
    """The Worker is up.

    `model` is the model; on a developer's machine it is `emulator`, or `server` with LOCAL_EMBEDDINGS_URL.
    `auth` says whether requests need a key.
    """

    model: Annotated[str, Meta(description="The model name.")]
    auth: Annotated[bool, Meta(description="Whether calls need a key.")]
    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")] = "ok"


class ErrorItem(msgspec.Struct):
    """An error. All four keys are always present, because OpenAI's clients read them unconditionally."""

    message: str
    type: str
    param: str | None
    code: str


def error_text(error: EmbedderError) -> str:
    """Return `error` in OpenAI's format."""
    kind = "invalid_request_error" if error.status < 500 else "api_error"
    item = ErrorItem(error.message, kind, error.param, error.code)
    return msgspec.json.encode({"error": item, **error.details}).decode()


async def _run_query(
    operation: Operation, app: App, context: RequestContext, body: None, *, query: Mapping[str, str]
) -> Result:
    """Run an operation whose request is in the query string: each field is a list, separated by commas."""
    fields = {name: [part for part in query.get(name, "").split(",") if part] for name in operation.query}
    request = decoding.decode(msgspec.json.encode(fields), operation.request)
    return await operation.handler(app, context, request)


async def _run_empty(operation: Operation, app: App, context: RequestContext, body: None) -> Result:
    return await operation.handler(app, context, operation.request())


async def health(app: App, context: RequestContext, body: None) -> Result:
    """Answer a liveness check."""
    return Result(Health(model=app.settings.local_model or MODEL, auth=app.settings.auth))


def _route(row: Operation) -> Route:
    has_body = row.method != "GET"
    return Route(
        method=row.method,
        path=row.path,
        handler=row.handler if has_body else partial(_run_query if row.query else _run_empty, row),
        summary=row.summary,
        body=row.request if has_body else None,
        response=row.response,
        query=row.query,
        takes_query=bool(row.query),
        scope=row.scope,
        queued=row.queued,
    )


_HEALTH = Route(
    method="GET",
    path="/health",
    handler=health,
    summary="Liveness",
    response=Health,
    public=True,
)
# Every path begins with this prefix, so the unknown paths of no other API have this error format.
APIS = (Api(prefixes=("/",), routes=(*map(_route, table.TABLE), _HEALTH), error_text=error_text),)
