"""From HttpRequest to HttpResponse: the checks before the body, the route, errors to the wire. No I/O of its own."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from embedder import access, decoding, routes
from embedder.app import App, Line, finish, guarded
from embedder.dialects import options
from embedder.errors import (
    EmbedderError,
    InvalidRequestError,
    MethodNotAllowedError,
    PayloadTooLargeError,
    RateLimitedError,
    UnsupportedMediaTypeError,
)
from embedder.model import Trace
from embedder.routing import JSON, Call, HttpRequest, HttpResponse, Route
from embedder.settings import MAX_REQUEST_ID_CHARS

_REQUEST_ID = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_REQUEST_ID_CHARS}}}")
_RETRY_AFTER_S = 60  # the longest period of the rate-limit binding


async def handle(app: App, request: HttpRequest) -> HttpResponse:
    """Answer one request. Never raises."""
    trace = Trace(app.clock(), request.client)
    line = Line(_request_id(app, request), request.method[:20], request.path[:200])
    response = await guarded(app, line, trace, lambda: _answer(app, request, trace, line))
    if isinstance(response, EmbedderError):
        line.code = response.code
        response = _error_response(response, request.path)
    line.status = response.status
    finish(app, line, trace)
    response.headers = {
        "content-type": JSON,
        "x-request-id": line.request_id,
        "server-timing": f"model;dur={line.model_ms}, total;dur={line.total_ms}",
        **access.cors_headers(app.settings, request.header("origin") if app.settings.cors_origins else None),
        **(options.plan_headers(response.plan) if response.plan else {}),
        **response.headers,
    }
    return response


def _request_id(app: App, request: HttpRequest) -> str:
    given = request.header("x-request-id") or ""
    return given if _REQUEST_ID.fullmatch(given) else app.new_id()


async def _answer(app: App, request: HttpRequest, trace: Trace, line: Line) -> HttpResponse:
    methods, params = routes.find(request.path)
    if request.method == "OPTIONS":
        return _options(app, request, methods)
    route = _choose(request, methods)
    if not route.public:
        line.key = await _admit(app, request)
    values = {**_query(request.query), **params}
    call = Call(values, app.service, trace, app.offload, app.store)
    if route.body is not None:
        call.body = await _read_body(request, route, app.settings.max_body_bytes)
    response = await route.handler(call)
    if request.method == "HEAD":
        response.body = b""
    return response


def _query(query: str) -> dict[str, str]:
    """Return the values of a query string; a name that is there more than once has them with commas between."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(query) if query else ():
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


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
    if app.limiter and not await app.limiter(f"key:{name}" if name else f"address:{_address(request)}"):
        raise RateLimitedError("Too many requests; slow down.", retry_after_s=_RETRY_AFTER_S)
    if name is None:
        raise access.unauthorized()
    return name


def _address(request: HttpRequest) -> str:
    return request.header("cf-connecting-ip") or "unknown"


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


def _error_response(error: EmbedderError, path: str) -> HttpResponse:
    headers = dict(error.headers)
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    return HttpResponse(error.status, routes.error_shape(path)(error), headers)
