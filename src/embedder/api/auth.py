"""Who is calling: the key of a request."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from embedder.access import keys
from embedder.access.keys import Key
from embedder.access.scopes import FULL
from embedder.errors import EmbedderError
from embedder.settings import Settings

ANYBODY = Key("", b"", FULL)  # with AUTH = "off"

KEY_HEADERS = ("authorization", "api-key", "x-goog-api-key", "x-api-key")  # of most clients, Azure's, Google's, others
_SCHEME = "bearer"


def key_of(settings: Settings, headers: Mapping[str, str], query: str = "") -> Key | None:
    """Return the key in the request, also an expired one; None if the key is unknown.

    `query` is the query string of a route that takes the key there, too, as `key`. A header goes first.
    """
    if not settings.auth:
        return ANYBODY
    if not settings.keys:
        message = 'No keys are configured: set the secret API_KEYS, or AUTH = "off" to allow everybody.'
        raise EmbedderError("auth_not_configured", message)
    return keys.matching(settings.keys, _presented(headers) or (dict(parse_qsl(query)).get("key", "") if query else ""))


def _presented(headers: Mapping[str, str]) -> str:
    """Return the key in the headers. Some clients send it as `authorization` without a scheme."""
    scheme, _, credentials = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == _SCHEME and credentials:
        return credentials.strip()
    alone = "" if credentials else scheme
    return next(filter(None, map(headers.get, KEY_HEADERS[1:])), alone)


def unauthorized(*, expired: bool) -> EmbedderError:
    """Return the error for a missing or unknown key, or, to whoever has it, for an expired one."""
    challenge = {"www-authenticate": 'Bearer realm="embedder"'}
    reason = "This key has expired. " if expired else ""
    return EmbedderError("unauthorized", f"{reason}Send a valid key: Authorization: Bearer KEY.", headers=challenge)
