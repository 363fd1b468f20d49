"""The closed set of errors. Every row has a stable code and an HTTP status; the message is one sentence to act on."""

from typing import ClassVar


class EmbedderError(Exception):
    """Base of the set; raised as itself it is the flat answer to a fault of our own.

    Attributes:
        param: JSON path of the field at fault, such as `text[3]`.
        retry_after_s: seconds after which a repeat may succeed.
        upstream_code: the code that Workers AI or Vectorize gave.
        headers: response headers that belong to the error (`allow`, `www-authenticate`).
        transient: whether the same call may succeed when it is repeated at once.
        details: what the answer says beside the error, such as the ids that were accepted before it.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        retry_after_s: int | None = None,
        upstream_code: int | None = None,
        transient: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_after_s = retry_after_s
        self.upstream_code = upstream_code
        self.transient = transient
        self.headers = headers or {}
        self.details: dict[str, list[str]] = {}


class InvalidJsonError(EmbedderError):
    code, status = "invalid_json", 400


class InvalidRequestError(EmbedderError):
    code, status = "invalid_request", 400


class TextTooLongError(EmbedderError):
    code, status = "text_too_long", 400


class UnauthorizedError(EmbedderError):
    code, status = "unauthorized", 401


class NotFoundError(EmbedderError):
    code, status = "not_found", 404


class ModelNotFoundError(EmbedderError):
    code, status = "model_not_found", 404


class MethodNotAllowedError(EmbedderError):
    code, status = "method_not_allowed", 405


class IndexMismatchError(EmbedderError):
    code, status = "index_mismatch", 409


class PayloadTooLargeError(EmbedderError):
    code, status = "payload_too_large", 413


class BatchTooLargeError(EmbedderError):
    code, status = "batch_too_large", 413


class UnsupportedMediaTypeError(EmbedderError):
    code, status = "unsupported_media_type", 415


class RateLimitedError(EmbedderError):
    code, status = "rate_limited", 429


class QuotaExhaustedError(EmbedderError):
    code, status = "quota_exhausted", 429


class VectorizeNotConfiguredError(EmbedderError):
    code, status = "vectorize_not_configured", 501


class UpstreamError(EmbedderError):
    code, status = "upstream_error", 502


class UpstreamInvalidError(EmbedderError):
    code, status = "upstream_invalid", 502


class UpstreamBusyError(EmbedderError):
    code, status = "upstream_busy", 503


class AuthNotConfiguredError(EmbedderError):
    code, status = "auth_not_configured", 503


class UpstreamTimeoutError(EmbedderError):
    code, status = "upstream_timeout", 504
