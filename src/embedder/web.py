"""From HttpRequest to HttpResponse: the checks before the body, the route, errors to the wire. No I/O of its own."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from embedder import access, decoding, routes
from embedder.errors import (
    EmbedderError,
    InvalidRequestError,
    MethodNotAllowedError,
    PayloadTooLargeError,
    RateLimitedError,
    UnsupportedMediaTypeError,
    UpstreamTimeoutError,
)
from embedder.routing import JSON, Call, HttpRequest, HttpResponse, Route
from embedder.service import Clock, Service, Trace
from embedder.settings import MAX_REQUEST_ID_CHARS, Settings
from embedder.store import Store

_REQUEST_ID = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_REQUEST_ID_CHARS}}}")
_RETRY_AFTER_S = 60  # the longest period of the rate-limit binding

Limiter = Callable[[str], Awaitable[bool]]


class App(msgspec.Struct, frozen=True, kw_only=True):
    """What an isolate needs to answer requests. `limiter` says whether the caller with this key may go on."""

    settings: Settings
    service: Service
    clock: Clock
    new_id: Callable[[], str]
    log: Callable[[str], None]
    offload: Callable[[bytes], object]
    store: Store | None = None
    limiter: Limiter | None = None


class _Log(msgspec.Struct, omit_defaults=True):
    """One line a request. It never holds a text, a vector or a key."""

    request_id: str
    method: str
    path: str
    status: int = 0
    code: str = ""
    detail: str = ""
    key: str = ""
    texts: int = 0
    model_ms: float = 0.0
    total_ms: float = 0.0


async def handle(app: App, request: HttpRequest) -> HttpResponse:
    """Answer one request. Never raises."""
    began = app.clock()
    trace = Trace(began, request.client)
    line = _Log(_request_id(app, request), request.method[:20], request.path[:200])
    try:
        async with asyncio.timeout(app.settings.deadline_s):
            response = await _answer(app, request, trace, line)
    except TimeoutError:
        error = UpstreamTimeoutError(f"Nothing was answered within the deadline of {app.settings.deadline_s} s.")
        response = _error_response(error, request.path, line)
    except EmbedderError as error:
        response = _error_response(error, request.path, line)
    except Exception as error:
        # the caller gets a flat sentence, the operator the fault
        line.detail = f"{type(error).__name__}: {error}"[:500]
        response = _error_response(EmbedderError("The service failed; the fault was logged."), request.path, line)
    line.status, line.texts, line.model_ms = response.status, trace.texts, round(trace.model_ms, 1)
    line.total_ms = round(app.clock() - began, 1)
    response.headers = {
        "content-type": JSON,
        "x-request-id": line.request_id,
        "server-timing": f"model;dur={line.model_ms}, total;dur={line.total_ms}",
        **access.cors_headers(app.settings, request.header("origin") if app.settings.cors_origins else None),
        **response.headers,
    }
    app.log(msgspec.json.encode(line).decode())
    return response


def _request_id(app: App, request: HttpRequest) -> str:
    given = request.header("x-request-id") or ""
    return given if _REQUEST_ID.fullmatch(given) else app.new_id()


async def _answer(app: App, request: HttpRequest, trace: Trace, line: _Log) -> HttpResponse:
    methods, params = routes.find(request.path)
    if request.method == "OPTIONS":
        return _options(app, request, methods)
    route = _choose(request, methods)
    if not route.public:
        line.key = await _admit(app, request)
    call = Call(request, params, app.service, trace, app.offload, app.store)
    if route.body is not None:
        call.body = await _read_body(request, route, app.settings.max_body_bytes)
    response = await route.handler(call)
    if request.method == "HEAD":
        response.body = b""
    return response


def _choose(request: HttpRequest, methods: Mapping[str, Route]) -> Route:
    route = methods.get("GET" if request.method == "HEAD" else request.method)
    if route is None:
        allow = _allow(methods)
        message = f"{request.path[:200]} takes {allow}, not {request.method[:20]}."
        raise MethodNotAllowedError(message, headers={"allow": allow})
    return route


def _allow(methods: Mapping[str, Route]) -> str:
    return ", ".join(sorted({*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))


def _options(app: App, request: HttpRequest, methods: Mapping[str, Route]) -> HttpResponse:
    cors = access.cors_headers(app.settings, request.header("origin"))
    return HttpResponse(204, b"", {"allow": _allow(methods), **access.preflight_headers(cors)})


async def _admit(app: App, request: HttpRequest) -> str:
    """Return the name of the caller's key. The limiter comes first, so that guessing keys is limited too."""
    name = access.key_name(app.settings, request.header("authorization"))
    address = request.header("cf-connecting-ip") or "unknown"
    if app.limiter and not await app.limiter(f"key:{name}" if name else f"address:{address}"):
        raise RateLimitedError("Too many requests; slow down.", retry_after_s=_RETRY_AFTER_S)
    if name is None:
        raise access.unauthorized()
    return name


async def _read_body(request: HttpRequest, route: Route, limit: int) -> object:
    _check_media_type(request.header("content-type") or "", route)
    body = await request.read(limit)
    if body is None:
        raise PayloadTooLargeError(f"The body is over the limit of {limit} bytes; send fewer or shorter texts.")
    try:
        return decoding.decode(body, route.body)
    except InvalidRequestError as error:
        raise (route.explain(error) if route.explain else error) from error


def _check_media_type(header: str, route: Route) -> None:
    kind, *parameters = [part.strip().lower() for part in header.split(";")]
    charset = next((p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if kind not in route.media_types or charset != "utf-8":
        raise UnsupportedMediaTypeError(
            f"The content type is {header[:100]!r}; send {route.media_types[0]} in UTF-8.", param="content-type"
        )


def _error_response(error: EmbedderError, path: str, line: _Log) -> HttpResponse:
    line.code = error.code
    headers = dict(error.headers)
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    return HttpResponse(error.status, routes.error_shape(path)(error), headers)
