"""Pages of other origins: which may call at all, and which headers let a browser hand them the answer (CORS).

Source: the Fetch standard, "CORS protocol". Credentials (cookies) are never allowed: a key travels in a header.
"""

import re
from collections.abc import Mapping, Set

from embedder.access import origins
from embedder.errors import EmbedderError
from embedder.settings import Settings

# What a preflight says besides its origin; the runtime passes these on for OPTIONS only.
REQUESTED_METHOD, REQUESTED_HEADERS = "access-control-request-method", "access-control-request-headers"
# Chromium's draft "Private Network Access": a page of the internet calls a service on this machine, such as `make dev`.
REQUESTED_NETWORK, _ALLOWED_NETWORK = "access-control-request-private-network", "access-control-allow-private-network"
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # a token of RFC 9110
_MAX_REQUESTED_CHARS = 4_000
_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
_EXPOSED = (
    "x-request-id, x-embedder-version, server-timing, retry-after, www-authenticate, "
    "x-embedding-task, x-embedding-tokens, x-embedding-truncated, x-embedding-ignored"
)
_MAX_AGE_S = 86_400
_ALLOWED = "access-control-allow-origin"
_LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")


def check_origin(settings: Settings, origin: str, url: str) -> None:
    """Raise `origin_not_allowed` if a page of another site sent a request to `url`.

    A page of this service may, one of an allowed origin, and locally one of this machine.
    """
    own = "/".join(url.split("/", 3)[:3])
    local = settings.local_model and _LOOPBACK.fullmatch(origin)
    if origin != own and not local and not origins.is_allowed(settings.cors_origins, origin):
        message = f"Pages of {origin[:100]} may not call this; the operator can add the origin to CORS_ORIGINS."
        raise EmbedderError("origin_not_allowed", message, param="origin")


def answer_headers(allowed: Set[str], headers: Mapping[str, str]) -> dict[str, str]:
    """Return the CORS headers of any answer, errors included; `allowed` are the origins of CORS_ORIGINS."""
    if not allowed:
        return {}
    origin = headers.get("origin")
    if origin is None or not origins.is_allowed(allowed, origin):
        return {"vary": "origin"}
    granted = origins.ANY if origins.ANY in allowed else origin
    return {"vary": "origin", _ALLOWED: granted, "access-control-expose-headers": _EXPOSED}


def preflight_headers(allowed: Set[str], headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of the answer to a preflight. They allow nothing to other origins."""
    answer = answer_headers(allowed, headers)
    if _ALLOWED not in answer:
        return answer
    names = _requested(headers.get(REQUESTED_HEADERS, ""))
    return {
        **answer,
        "vary": f"origin, {REQUESTED_HEADERS}",
        "access-control-allow-methods": _METHODS,
        **({"access-control-allow-headers": ", ".join(names)} if names else {}),
        **({_ALLOWED_NETWORK: "true"} if headers.get(REQUESTED_NETWORK) == "true" else {}),
        "access-control-max-age": str(_MAX_AGE_S),
    }


def is_preflight(allowed: Set[str], headers: Mapping[str, str]) -> bool:
    """Return whether a request with the method OPTIONS is a preflight of an allowed origin."""
    return REQUESTED_METHOD in headers and origins.is_allowed(allowed, headers.get("origin"))


def _requested(names: str) -> list[str]:
    """Return the header names that a preflight asks for. What is no header name is left out."""
    named = (name.strip() for name in names[:_MAX_REQUESTED_CHARS].split(","))
    return [name for name in named if _NAME.fullmatch(name)]
