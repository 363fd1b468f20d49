"""The envelope of every answer of Cloudflare's API."""

from collections.abc import Mapping
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from embedder.errors import EmbedderError

T = TypeVar("T")
_OTHER = 10_000


class Item(Struct):
    """One error."""

    code: int
    message: str


class Envelope(Struct, Generic[T]):
    """The envelope of every answer of Cloudflare's API."""

    result: T | None
    success: bool = True
    errors: list[Item] = []
    messages: list[Item] = []


def error_text(error: EmbedderError, codes: Mapping[str, int]) -> str:
    """Return `error` in the envelope. `codes` are Cloudflare's codes for the codes of this service."""
    code = error.upstream_code or codes.get(error.code, _OTHER)
    envelope: Envelope[None] = Envelope(None, success=False, errors=[Item(code, error.message)])
    return msgspec.json.encode(envelope).decode()
