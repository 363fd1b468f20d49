"""Converts requests and responses between the runtime and the core."""

from functools import partial
from typing import Any

import msgspec
from pyodide.ffi import JsProxy, to_js
from workers import import_from_javascript

from bindings import environment
from bindings.lifetime import Lifetime
from embedder.api.routing import HttpRequest, HttpResponse, path_and_query
from embedder.errors import EmbedderError, busy, interrupted
from embedder.settings import MAX_JSON_DEPTH, MAX_JSON_KEYS, MAX_JSON_VALUES, Settings
from embedder.stored import MAX_VECTORS

_js = import_from_javascript("bindings/requests/request.js")
_bodies = import_from_javascript("bindings/requests/bodies.js")
_uploads = import_from_javascript("bindings/requests/uploads.js")

_WRONG_WIDTH = {"vector": 40006, "vectors": 40012}  # Vectorize's codes, as seen live, of a query and of a write
_BODY_ERRORS = {
    "too_deep": ("invalid_json", f"The body is nested deeper than {MAX_JSON_DEPTH} levels."),
    "too_many_values": (
        "payload_too_large",
        f"The body has over {MAX_JSON_VALUES:,} JSON values, or an object of over {MAX_JSON_KEYS:,} keys; send less.",
    ),
    "slow": ("request_timeout", "The body arrived too slowly; send at least 64 KiB per second."),
    "broken": ("invalid_request", "The body ended early: the connection broke while it was sent."),
    "disconnected": ("client_disconnected", "The client disconnected."),
    "timeout": ("request_timeout", "The body did not arrive within the deadline."),
}


class _Head(msgspec.Struct):
    method: str
    url: str
    headers: dict[str, str]
    id: str


_head = msgspec.json.Decoder(_Head)


def request_from_js(request: JsProxy, settings: Settings) -> HttpRequest:
    """Convert a request of the runtime, and start its deadline."""
    lifetime = Lifetime(settings, request)
    head = _head.decode(lifetime.scope.head)
    path, query = path_and_query(head.url)
    read, read_vectors = partial(_read, lifetime.scope), partial(_read_vectors, lifetime.scope)
    return HttpRequest(head.method, head.url, path, query, head.headers, head.id, lifetime, read, read_vectors)


async def _read(scope: Any, limit: int) -> bytes:
    body = await _bodies.readBody(scope, limit)
    if not isinstance(body, str):
        return bytes(body.to_bytes())
    raise _rejected(body, f"The body is over the limit of {limit} bytes; send fewer or shorter texts.")


async def _read_vectors(scope: Any, field: str, limit: int) -> tuple[bytes, Any]:
    found = await _uploads.readVectors(scope, field, MAX_VECTORS, limit)
    match found.fault:
        case "":
            return bytes(found.text.to_bytes()), found.vectors
        case "invalid_json" | "invalid_request":
            raise EmbedderError(found.fault, found.text)
        case "wrong_width":
            raise EmbedderError("invalid_request", found.text, upstream_code=_WRONG_WIDTH[field])
    raise _rejected(found.fault, f"The body is over the limit of {limit} bytes; send fewer vectors at a time.")


def _rejected(reason: str, too_large: str) -> EmbedderError:
    """Return the error for a body that can not be used; `reason` is one of `readBody` in requests/bodies.js."""
    if reason == "too_large":
        return EmbedderError("payload_too_large", too_large)
    return busy() if reason == "busy" else EmbedderError(*_BODY_ERRORS[reason])


async def admits(lifetime: Lifetime, limiter: Any, key: str) -> bool:
    """Return whether the rate-limit binding allows another request for this key."""
    answer = await _js.admits(lifetime.scope, limiter, key)
    if answer.found in ("admitted", "limited"):
        return bool(answer.found == "admitted")
    raise interrupted(answer.found, "The rate limiter") or RuntimeError(answer.text)


def response_to_js(lifetime: Any, response: HttpResponse) -> JsProxy:
    """Return a `Response`. Headers are passed as JSON text, which is cheaper than converting a dict."""
    headers = msgspec.json.encode(response.headers).decode()
    scope, text, tail = lifetime.scope, response.text, response.tail
    if isinstance(text, bytes):
        text = to_js(text)
    if response.numbers is None:
        return _js.respond(scope, response.status, headers, text)
    if isinstance(tail, bytes):
        tail = to_js(tail)
    return _js.respond(scope, response.status, headers, text, response.numbers, response.item, tail)


async def page(request: JsProxy, incoming: HttpRequest) -> Any:
    """Return the page for whoever opens the address in a browser; None for a request to the API, or without files."""
    files = getattr(environment.env(), "ASSETS", None)
    if files is None or incoming.method not in ("GET", "HEAD"):
        return None
    incoming.lifetime.close()
    return await files.fetch(request)
