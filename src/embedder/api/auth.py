"""Who is calling, and which web pages may."""

import re
from collections.abc import Mapping

from embedder.access import keys
from embedder.access.keys import Key
from embedder.access.scopes import FULL
from embedder.errors import EmbedderError
from embedder.settings import Settings

ANYBODY = Key("", b"", FULL)  # with AUTH = "off"

KEY_HEADERS = ("authorization", "api-key", "x-goog-api-key")  # of most clients, Azure's and Google's
_SCHEME = "bearer "
_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
_REQUEST_HEADERS = ", ".join((*KEY_HEADERS, "content-type", "x-request-id", "cf-aig-gateway-id"))
_RESPONSE_HEADERS = (
    "x-request-id, x-embedder-version, server-timing, retry-after, "
    "x-embedding-task, x-embedding-tokens, x-embedding-truncated"
)
_PREFLIGHT_MAX_AGE_S = 86_400
_LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")


def key_of(settings: Settings, headers: Mapping[str, str]) -> Key | None:
    """Return the key in the request headers, also an expired one; None if the key is unknown."""
    if not settings.auth:
        return ANYBODY
    if not settings.keys:
        message = 'No keys are configured: set the secret API_KEYS, or AUTH = "off" to allow everybody.'
        raise EmbedderError("auth_not_configured", message)
    return keys.matching(settings.keys, _presented(headers))


def _presented(headers: Mapping[str, str]) -> str:
    authorization = headers.get("authorization", "")
    if authorization[: len(_SCHEME)].lower() == _SCHEME:
        return authorization[len(_SCHEME) :].strip()
    return headers.get("api-key") or headers.get("x-goog-api-key") or ""


def unauthorized(*, expired: bool) -> EmbedderError:
    """Return the error for a missing or unknown key, or, to whoever has it, for an expired one."""
    challenge = {"www-authenticate": 'Bearer realm="embedder"'}
    reason = "This key has expired. " if expired else ""
    return EmbedderError("unauthorized", f"{reason}Send a valid key: Authorization: Bearer KEY.", headers=challenge)


def is_allowed(settings: Settings, origin: str | None) -> bool:
    """Return whether the operator allows the pages of an origin."""
    return origin in settings.cors_origins


def check_origin(settings: Settings, origin: str, url: str) -> None:
    """Raise `origin_not_allowed` if a page of another site sent a request to `url`.

    A page of this service may, one of an allowed origin, and locally one of this machine.
    """
    own = "/".join(url.split("/", 3)[:3])
    local = settings.local_model and _LOOPBACK.fullmatch(origin)
    if origin != own and not local and not is_allowed(settings, origin):
        message = f"Pages of {origin[:100]} may not call this; the operator can add the origin to CORS_ORIGINS."
        raise EmbedderError("origin_not_allowed", message, param="origin")


def cors_headers(settings: Settings, origin: str | None) -> dict[str, str]:
    """Return the CORS headers of an answer: none for an origin that is not allowed."""
    if not settings.cors_origins:
        return {}
    if not is_allowed(settings, origin):
        return {"vary": "origin"}
    return {
        "vary": "origin",
        "access-control-allow-origin": origin or "",
        "access-control-expose-headers": _RESPONSE_HEADERS,
    }


def preflight_headers(allowed: dict[str, str]) -> dict[str, str]:
    """Return the additional headers of a preflight answer, given those of `cors_headers`."""
    if "access-control-allow-origin" not in allowed:
        return {}
    return {
        "access-control-allow-methods": _METHODS,
        "access-control-allow-headers": _REQUEST_HEADERS,
        "access-control-max-age": str(_PREFLIGHT_MAX_AGE_S),
    }
