"""The closed set of errors: every code with its HTTP status. The message is one sentence that a caller can act on."""

from collections.abc import Mapping

STATUS: Mapping[str, int] = {
    "invalid_json": 400,
    "invalid_request": 400,
    "text_too_long": 400,
    "unauthorized": 401,
    "not_found": 404,
    "model_not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "index_mismatch": 409,
    "payload_too_large": 413,
    "batch_too_large": 413,
    "unsupported_media_type": 415,
    "rate_limited": 429,
    "quota_exhausted": 429,
    "client_gone": 499,  # in the log alone: the client has disconnected
    "internal_error": 500,
    "vectorize_not_configured": 501,
    "upstream_error": 502,
    "upstream_invalid": 502,
    "upstream_busy": 503,
    "auth_not_configured": 503,
    "upstream_timeout": 504,
}


class EmbedderError(Exception):
    """An answer that is an error.

    Attributes:
        param: JSON path of the field at fault, such as `text[3]`.
        retry_after_s: seconds after which a repeat may succeed.
        upstream_code: the code that Workers AI or Vectorize gave.
        transient: whether the same call may succeed when it is repeated at once.
        headers: response headers that belong to the error (`allow`, `www-authenticate`).
        details: what the answer says beside the error, such as the ids that were accepted before it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        param: str | None = None,
        retry_after_s: int | None = None,
        upstream_code: int | None = None,
        transient: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.message = message
        self.param = param
        self.retry_after_s = retry_after_s
        self.upstream_code = upstream_code
        self.transient = transient
        self.headers = headers or {}
        self.details: dict[str, list[str]] = {}


def invalid(message: str, param: str | None = None) -> EmbedderError:
    """Return the error for a request that the schema or a limit rejects."""
    return EmbedderError("invalid_request", message, param=param)
