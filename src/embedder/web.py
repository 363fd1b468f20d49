"""From HttpRequest to HttpResponse: the route table, the checks before the body, errors to the wire. No I/O."""

from collections.abc import Callable

import msgspec

from embedder import decoding
from embedder.dialects import native, openai
from embedder.errors import (
    EmbedderError,
    MethodNotAllowedError,
    NotFoundError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
)
from embedder.routing import JSON, Call, HttpRequest, HttpResponse, Route
from embedder.service import Clock, Service, Trace
from embedder.settings import Settings

ROUTES: tuple[Route, ...] = (*native.ROUTES,)
_BY_PATH: dict[str, dict[str, Route]] = {}
for _route in ROUTES:
    _BY_PATH.setdefault(_route.path, {})[_route.method] = _route


class App(msgspec.Struct, frozen=True):
    """What an isolate needs to answer requests."""

    settings: Settings
    service: Service
    clock: Clock
    new_id: Callable[[], str]
    log: Callable[[str], None]


async def handle(app: App, request: HttpRequest) -> HttpResponse:
    """Answer one request. Never raises."""
    began = app.clock()
    trace = Trace()
    route, code = None, None
    try:
        route = find(request.method, request.path)
        response = await _answer(app, request, route, trace)
    except EmbedderError as error:
        code = error.code
        response = _error_response(error, route)
    total_ms = app.clock() - began
    response.headers = {
        "content-type": JSON,
        "x-request-id": app.new_id(),
        "server-timing": f"model;dur={trace.model_ms:.1f}, total;dur={total_ms:.1f}",
        **response.headers,
    }
    app.log(_log_line(request, response, trace, code, total_ms))
    return response


def find(method: str, path: str) -> Route:
    """Return the route for `method` and `path`; NotFoundError or MethodNotAllowedError."""
    methods = _BY_PATH.get(path)
    if methods is None:
        raise NotFoundError(f"There is nothing at {path[:200]}; GET /openapi.json lists the routes.")
    route = methods.get(method)
    if route is None:
        allow = ", ".join(sorted(methods))
        raise MethodNotAllowedError(f"{path} takes {allow}, not {method[:20]}.", headers={"allow": allow})
    return route


async def _answer(app: App, request: HttpRequest, route: Route, trace: Trace) -> HttpResponse:
    call = Call(request, {}, app.settings, app.service, trace)
    if route.body is not None:
        call.body = decoding.decode(await _read_body(request, route, app.settings.max_body_bytes), route.body)
    return await route.handler(call)


async def _read_body(request: HttpRequest, route: Route, limit: int) -> bytes:
    _check_media_type(request.header("content-type") or "", route)
    body = await request.read(limit)
    if body is None:
        raise PayloadTooLargeError(f"The body is over the limit of {limit} bytes; send fewer or shorter texts.")
    return body


def _check_media_type(header: str, route: Route) -> None:
    kind, *parameters = [part.strip().lower() for part in header.split(";")]
    charset = next((p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if kind not in route.media_types or charset != "utf-8":
        raise UnsupportedMediaTypeError(
            f"The content type is {header[:100]!r}; send {route.media_types[0]} in UTF-8.", param="content-type"
        )


def _error_response(error: EmbedderError, route: Route | None) -> HttpResponse:
    shape = route.errors if route else openai.error_body
    headers = dict(error.headers)
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    return HttpResponse(error.status, shape(error), headers)


class _LogLine(msgspec.Struct):
    request_id: str
    method: str
    path: str
    status: int
    code: str | None
    texts: int
    model_ms: float
    total_ms: float


def _log_line(request: HttpRequest, response: HttpResponse, trace: Trace, code: str | None, total_ms: float) -> str:
    line = _LogLine(
        response.headers["x-request-id"],
        request.method,
        request.path[:200],
        response.status,
        code,
        trace.texts,
        round(trace.model_ms, 1),
        round(total_ms, 1),
    )
    return msgspec.json.encode(line).decode()
