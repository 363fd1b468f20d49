"""The envelope of every answer of Cloudflare's API."""

from collections.abc import Mapping
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from embedder.errors import EmbedderError

T = TypeVar("T")
_OTHER = 10_000


class CloudflareError(Struct):
    """One error."""

    code: Annotated[int, Meta(description="The error code of Cloudflare's API.")]
    message: Annotated[str, Meta(description="A sentence that says what to do.")]


class Envelope(Struct, Generic[T]):
    """The envelope of every answer of Cloudflare's API."""

    result: Annotated[T | None, Meta(description="The result. Null after an error.")]
    success: Annotated[bool, Meta(description="Whether there was no error.")] = True
    errors: Annotated[list[CloudflareError], Meta(description="The errors.")] = []
    messages: Annotated[list[CloudflareError], Meta(description="Always empty.")] = []


def error_text(error: EmbedderError, codes: Mapping[str, int]) -> str:
    """Return `error` in the envelope. `codes` are Cloudflare's codes for the codes of this service."""
    code = error.upstream_code or codes.get(error.code, _OTHER)
    envelope: Envelope[None] = Envelope(None, success=False, errors=[CloudflareError(code, error.message)])
    return msgspec.json.encode(envelope).decode()
