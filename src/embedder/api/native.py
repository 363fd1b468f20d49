"""The native HTTP API: one route per operation, and `/health`. Its errors have OpenAI's format."""

from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from embedder import decoding
from embedder.api.routing import Api, HttpResponse, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.operations import table
from embedder.operations.result import Result
from embedder.operations.table import Operation
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


def response_of(result: Result) -> HttpResponse:
    """Convert the result of an operation into a response."""
    text = msgspec.json.encode(result.body).decode()
    if not result.field:
        return HttpResponse(result.status, text, prepared=result.prepared, numbers=result.numbers)
    head = f'{text[:-1]},"{result.field}":['
    return HttpResponse(200, head, prepared=result.prepared, numbers=result.numbers, tail="]}")


async def _run(operation: Operation, app: App, context: RequestContext, request: Any) -> HttpResponse:  # noqa: ANN401
    if operation.method == "GET":
        lists = {name: [part for part in context.params.get(name, "").split(",") if part] for name in operation.query}
        request = decoding.decode(msgspec.json.encode(lists), operation.request)
    return response_of(await operation.run(app, context, request))


async def health(app: App, context: RequestContext, request: None) -> HttpResponse:  # noqa: ARG001
    """Answer a liveness check."""
    body = Health(model=app.settings.local_model or MODEL, auth=app.settings.auth)
    return HttpResponse(200, msgspec.json.encode(body).decode())


def _route(row: Operation) -> Route:
    body = None if row.method == "GET" else row.request
    handler = partial(_run, row)
    options = {"scope": row.scope, "queued": row.queued}
    return Route(row.method, row.path, handler, row.summary, body, row.response, row.query, **options)


_HEALTH = Route("GET", "/health", health, "Liveness", response=Health, public=True)
# Every path begins with this prefix, so the unknown paths of no other API have this error format.
APIS = (Api(prefixes=("/",), routes=(*map(_route, table.TABLE), _HEALTH), error_text=error_text),)
