"""The OpenAI dialect. Its shape of an error is also the native one. No I/O."""

import msgspec

from embedder.errors import EmbedderError


class ErrorItem(msgspec.Struct):
    """All four keys are always there: OpenAI's clients read them unconditionally."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorBody(msgspec.Struct):
    error: ErrorItem


def error_body(error: EmbedderError) -> bytes:
    """Return `error` as OpenAI writes it."""
    kind = "invalid_request_error" if error.status < 500 else "api_error"
    return msgspec.json.encode(ErrorBody(ErrorItem(error.message, kind, error.param, error.code)))
