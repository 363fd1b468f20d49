"""Handles one HTTP request: route, key, rate limit, body, operation, errors, headers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import fields, replace

from embedder import decoding
from embedder.access.addresses import network
from embedder.access.scopes import NOTHING, Access
from embedder.api import auth, cors, media_types, routes
from embedder.api.ignored import Ignored
from embedder.api.routes import Methods, Place
from embedder.api.routing import (
    GATEWAY_HEADER,
    JSON,
    Api,
    HttpRequest,
    HttpResponse,
    Route,
    check_query,
    query_values,
)
from embedder.app import App, Guard, finish
from embedder.context import RequestContext
from embedder.embedding.embedder import PreparedTexts
from embedder.encoding import split_large
from embedder.errors import EmbedderError, invalid, repeatable
from embedder.settings import GATEWAY, GATEWAY_RULE, LARGE_BYTES, MAX_REQUEST_ID_CHARS

_REQUEST_ID = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_REQUEST_ID_CHARS}}}")
_SHORTEST_RANGE = 2
_MAX_HEADER_CHARS = 4_000
_RETRY_AFTER_S = 60  # the longest period that the rate-limit binding supports


async def handle(app: App, request: HttpRequest) -> HttpResponse:
    """Answer one request. Never raises."""
    place = routes.find(request.path)
    context = app.begin(request.lifetime, _request_id(request), request.method[:20], request.path[:200])
    request.api = place.api
    response: HttpResponse | None = None
    with Guard(app, context) as guard:
        response = await _answer(app, request, place, context)
    if response is None:
        response = _error_response(guard.error, request.api)
    context.log.status = response.status
    finish(app, context)
    response.headers = _headers(app, request, context, response)
    return response


def _request_id(request: HttpRequest) -> str:
    request_id = request.headers.get("x-request-id", "")
    return request_id if _REQUEST_ID.fullmatch(request_id) else request.id


def _headers(app: App, request: HttpRequest, context: RequestContext, response: HttpResponse) -> dict[str, str]:
    cached = f', cache;desc="texts: {context.log.cached}"' if context.log.cached else ""
    return {
        "content-type": JSON,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": context.log.request_id,
        "server-timing": f"model;dur={context.log.model_ms}, total;dur={context.log.total_ms}{cached}",
        **({"x-embedder-version": app.version} if app.version else {}),
        **(cors.answer_headers(app.settings.cors_origins, request.headers) if app.settings.cors_origins else {}),
        **(_embedding_headers(response.prepared) if response.prepared else {}),
        **response.headers,
    }


def _embedding_headers(prepared: PreparedTexts) -> dict[str, str]:
    headers = {"x-embedding-tokens": f"{prepared.tokens};estimated"}
    if prepared.task:
        headers["x-embedding-task"] = prepared.task
    if prepared.truncated:
        headers["x-embedding-truncated"] = _ranges(prepared.truncated)
    return headers


def _ranges(indexes: Sequence[int]) -> str:
    """Return ascending indexes as `1,4-7`, at most 4 KB of them: some clients reject longer headers."""
    runs: list[list[int]] = []
    for index in indexes:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    parts = [f"{run[0]}-{run[-1]}" if len(run) > _SHORTEST_RANGE else ",".join(map(str, run)) for run in runs]
    text = ",".join(parts)
    return text if len(text) <= _MAX_HEADER_CHARS else text[:_MAX_HEADER_CHARS].rpartition(",")[0] + ",..."


async def _answer(app: App, request: HttpRequest, place: Place, context: RequestContext) -> HttpResponse:
    if app.fault:
        raise RuntimeError(app.fault)
    origin = request.headers.get("origin")
    if origin is not None and (place.api.checks_origin or app.settings.local_model):
        cors.check_origin(app.settings, origin, request.url)
    if request.method == "OPTIONS" and (options := _options(app, request, place.methods)):
        return options
    route = _route(request, place)
    access = NOTHING if route.public else await _admit(app, request, context, route)
    gateway = _gateway(request.headers) if route.gateway else ""
    context = replace(context, access=access, gateway=gateway)
    query = query_values(request.query) if request.query else {}
    if request.query and not (place.api.lenient or route.public):
        check_query(request.query, route)
    unknown = Ignored() if place.api.lenient else None
    body: object = None
    arguments: dict[str, Any] = {}
    if route.body:
        limit = app.settings.max_body_bytes
        route, body, arguments, unknown = await _read_body(request, place, route, limit, unknown)
    if route.takes_query:
        arguments["query"] = query
    result = await route.handler(app, context, body, **place.values, **arguments)
    if result.body is None or request.method == "HEAD":
        return HttpResponse(result.status, None)
    text, tail = split_large(result.body)
    if len(text) + len(tail) > LARGE_BYTES:
        await request.lifetime.yield_to_others()
    if unknown and result.ignored:
        unknown.add(result.ignored)
    headers = unknown.headers() if unknown else {}
    return HttpResponse(result.status, text, headers, result.prepared, result.numbers, result.item, tail)


def _gateway(headers: Mapping[str, str]) -> str:
    gateway = headers.get(GATEWAY_HEADER, "")
    if gateway and not GATEWAY.fullmatch(gateway):
        raise invalid(f"The header {GATEWAY_HEADER} {GATEWAY_RULE}", GATEWAY_HEADER)
    return gateway


def _route(request: HttpRequest, place: Place) -> Route:
    route = place.methods.get("GET" if request.method == "HEAD" else request.method)
    if route is not None:
        return route
    if not place.methods:
        raise place.api.unknown(request.path)
    allow = _allow(place.methods)
    message = f"{request.path[:200]} takes {allow}, not {request.method[:20]}."
    raise EmbedderError("method_not_allowed", message, headers={"allow": allow})


def _allow(methods: Methods) -> str:
    return ", ".join(sorted({*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))


def _options(app: App, request: HttpRequest, methods: Methods) -> HttpResponse | None:
    """Answer OPTIONS; None for an unknown path, whose preflight alone is answered: a page can then read the error."""
    allowed = app.settings.cors_origins
    if methods or cors.is_preflight(allowed, request.headers):
        allow = {"allow": _allow(methods)} if methods else {}
        return HttpResponse(204, None, {**allow, **cors.preflight_headers(allowed, request.headers)})
    return None


async def _admit(app: App, request: HttpRequest, context: RequestContext, route: Route) -> Access:
    """Check the key, the rate limit and the scope. The limiter runs first, so that guessing keys is limited as well."""
    key = auth.key_of(app.settings, request.headers, request.query if route.key_in_query else "")
    context.log.key = key.name if key else ""
    expired = key is not None and key.has_expired(context.began_ms)
    caller = _caller(request, "" if expired else context.log.key)
    request.lifetime.belong_to(caller)
    if not await _is_within_limit(app, request, caller):
        raise EmbedderError("rate_limited", "Too many requests; slow down.", retry_after_s=_RETRY_AFTER_S)
    if key is None or expired:
        raise auth.unauthorized(expired=expired)
    key.access.require(route.scope)
    return key.access


def _caller(request: HttpRequest, key: str) -> str:
    """Return what the rate limit counts and the memory is shared by: a key, or an address."""
    return f"key:{key}" if key else f"address:{network(_address(request))}"


def _address(request: HttpRequest) -> str:
    return request.headers.get("cf-connecting-ip", "unknown")


async def _is_within_limit(app: App, request: HttpRequest, caller: str) -> bool:
    """Ask the limiter. Its error may quote the caller, whom the log must not name."""
    try:
        return app.limiter is None or await app.limiter(request.lifetime, caller)
    except EmbedderError:  # it did not answer in time
        raise
    except Exception as error:
        reason = str(error).replace(caller, "...").replace(_address(request), "...")
        raise RuntimeError(f"The rate limiter failed: {repeatable(reason)}") from None


async def _read_body(
    request: HttpRequest, place: Place, route: Route, limit: int, unknown: Ignored | None
) -> tuple[Route, object, dict[str, Any], Ignored | None]:
    """Return the route of the body, the body as its Struct, the vectors that it contained, and the ignored fields."""
    if request.headers.get("content-type") != JSON:
        media_types.check_media_type(request.headers, route)
    if "content-encoding" in request.headers:
        media_types.check_encoding(request.headers["content-encoding"])
    arguments: dict[str, Any] = {}
    if route.vectors:
        body, arguments["vectors"] = await request.read_vectors(route.vectors, limit)
    else:
        body = await request.read(limit)
    try:
        found = decoding.decode(body, route.body, unknown)
    except EmbedderError as error:
        if not (place.alternative and _is_for(place.alternative[1], body, route)):
            raise _explained(error, body, route) from error
        request.api, route = place.alternative
        unknown = Ignored()
        found = _decode(body, route, unknown)
    is_large = len(body) > LARGE_BYTES
    del body
    if is_large:
        await request.lifetime.yield_to_others()
    return route, found, arguments, unknown


def _decode(body: bytes, route: Route, unknown: Ignored) -> object:
    try:
        return decoding.decode(body, route.body, unknown)
    except EmbedderError as error:
        raise _explained(error, body, route) from error


def _explained(error: EmbedderError, body: bytes, route: Route) -> EmbedderError:
    return route.explain(error, body) if route.explain else error


def _is_for(other: Route, body: bytes, route: Route) -> bool:
    """Return whether a body is for the route of another API that shares the path. Fields of both are an error."""
    names = decoding.names(body)
    if other.selected_by not in names:
        return False
    ours, theirs = ({field.encode_name for field in fields(kind)} for kind in (route.body, other.body))
    if mixed := sorted((names & ours) - theirs):
        message = f"{other.selected_by} and {mixed[0]} are of two APIs; send one of them."
        raise invalid(message, mixed[0])
    return True


def _error_response(error: EmbedderError, api: Api) -> HttpResponse:
    headers = dict(error.headers)
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    return HttpResponse(api.statuses.get(error.code, error.status), api.error_text(error), headers)
