"""Which bodies are taken by their headers: JSON in UTF-8, not compressed."""

from collections.abc import Mapping

from embedder.api.auth import KEY_HEADERS
from embedder.api.routing import FORM, JSON, TEXT, Route
from embedder.errors import EmbedderError

_FORMS = ("", FORM, "multipart/form-data", TEXT)  # what a page of another origin can send without a preflight request
_UTF8 = ("utf-8", "utf8", "us-ascii")


def check_media_type(headers: Mapping[str, str], route: Route) -> None:
    """Reject a body that is not JSON in UTF-8.

    A web page of another origin can send an HTML form's content type, or none, without a preflight request, but no key.
    Both are therefore accepted only together with a header for a key.
    """
    header = headers.get("content-type", "")
    kind, *parameters = [part.strip().lower() for part in header.split(";")]
    charset = next((p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    has_key = any(name in headers for name in KEY_HEADERS)
    is_known = kind in (*route.media_types, "")
    if not is_known or charset not in _UTF8 or (kind in _FORMS and not has_key):
        needs_key = is_known and charset in _UTF8
        message = f"The content type is {header[:100]!r}; send {JSON} in UTF-8{', or a key' if needs_key else ''}."
        raise EmbedderError("unsupported_media_type", message, param="content-type")


def check_encoding(header: str) -> None:
    """Reject a body that is compressed: its size would be known only after the work."""
    if header.strip().lower() not in ("", "identity"):
        message = f"The body is encoded as {header[:100]!r}; send it without content-encoding."
        accepted = {"accept-encoding": "identity"}
        raise EmbedderError("unsupported_media_type", message, param="content-encoding", headers=accepted)
