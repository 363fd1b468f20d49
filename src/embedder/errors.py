"""All error codes with their HTTP status. Each message is one sentence that tells the caller what to do."""

import re
from collections.abc import Mapping

STATUS: Mapping[str, int] = {
    "invalid_json": 400,
    "invalid_request": 400,
    "text_too_long": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "origin_not_allowed": 403,
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
    "client_disconnected": 499,  # appears only in the log
    "internal_error": 500,
    "ai_not_configured": 501,
    "queue_not_configured": 501,
    "vectorize_not_configured": 501,
    "upstream_error": 502,
    "upstream_invalid": 502,
    "upstream_busy": 503,
    "auth_not_configured": 503,
    "upstream_timeout": 504,
}


_BUSY_RETRY_AFTER_S = 1
_MAX_MESSAGE_CHARS = 1_000  # a message may quote the request
_MAX_PARAM_CHARS = 200


# What no answer and no log line repeats of a foreign message: credentials, addresses, ids of accounts.
_PRIVATE = re.compile(
    r"\b(?:https?|wss?)://[^\s\"'<>]+"
    r"|\b(?:bearer|basic)\s+[\w.~+/=-]+"
    r"|\b(?:api[-_ ]?key|[\w-]{0,20}token|secret|password|authorization)\b"
    r"[\"']?\s*[:=]\s*[\"']?(?:bearer\s+|basic\s+)?[^\s\"',;}]+"
    r"|\b(?:sk|pk|rk|cfut|cfat)[-_][\w-]{6,}"
    r"|(?<!id=\")\b[0-9a-f]{32}\b",
    re.IGNORECASE,
)


class EmbedderError(Exception):
    """An error for the caller.

    Attributes:
        param: JSON path of the field at fault, such as `text[3]`.
        retry_after_s: seconds after which a retry may succeed.
        upstream_code: the error code of Workers AI or Vectorize.
        transient: whether an immediate retry may succeed.
        headers: response headers that belong to the error (`allow`, `www-authenticate`).
        details: additional fields of the answer, such as the ids that were accepted before the error.
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
        super().__init__(message[:_MAX_MESSAGE_CHARS])
        self.code = code
        self.status = STATUS[code]
        self.message = message[:_MAX_MESSAGE_CHARS]
        self.param = param and param[:_MAX_PARAM_CHARS]
        self.retry_after_s = retry_after_s
        self.upstream_code = upstream_code
        self.transient = transient
        self.headers = headers or {}
        self.details: dict[str, list[str]] = {}


def repeatable(message: str) -> str:
    """Return the message of another service without what may be a credential or an address."""
    return _PRIVATE.sub("...", message)


def invalid(message: str, param: str | None = None) -> EmbedderError:
    """Return the error for a request that violates the schema or a limit."""
    return EmbedderError("invalid_request", message, param=param)


def interrupted(fault: str, upstream: str) -> EmbedderError | None:
    """Return the error for a call to `upstream` that ended with its request; None for other faults."""
    match fault:
        case "timeout":
            return EmbedderError("upstream_timeout", f"{upstream} did not answer within the deadline.")
        case "disconnected":
            return EmbedderError("client_disconnected", "The client disconnected.")
        case "busy":
            return busy()
    return None


def busy() -> EmbedderError:
    """Return the error for a request for which there is no memory, because too many others are in progress."""
    message = "Too many requests are in progress; send this one again shortly."
    return EmbedderError("rate_limited", message, retry_after_s=_BUSY_RETRY_AFTER_S)
