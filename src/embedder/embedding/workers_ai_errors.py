"""Maps errors of Workers AI to errors of this service.

Source of the codes: Workers AI, "Errors" page; 4006 and 2018 as seen live.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from embedder.errors import EmbedderError, interrupted, repeatable
from embedder.ports import Answer

_QUOTA = frozenset({3036, 4006})
_BUSY = frozenset({3040, 2018})
_TIMEOUT = frozenset({3007, 3008})
_BAD_INPUT = frozenset({3003, 3010, 3030, 5004, 5006})
_CONFIGURATION = frozenset({5007, 3042, 3023, 5016, 5018, 5035, 3041})  # only the operator can fix these
_TOO_LARGE = 3006
_KNOWN = _QUOTA | _BUSY | _TIMEOUT | _BAD_INPUT | _CONFIGURATION | {_TOO_LARGE}
_CODES = range(1_000, 10**9)  # smaller numbers are HTTP statuses
_CALLERS = range(400, 500)  # HTTP statuses for which another attempt fails, too
# "InferenceUpstreamError: 3040: Capacity temporarily exceeded", "error code: 1031"
_IN_TEXT = re.compile(r"(?:\w{1,40}: )*(?:error code: )?([0-9]{4,6})(?::|\s*$)")
_BEFORE_JSON = re.compile(r"(?:\w{1,40}: )+\{")  # of what the binding throws
_BUSY_RETRY_AFTER_S = 5
_DAY_S = 86_400
_MAX_MESSAGE_CHARS = 300
_MAX_ERRORS = 10  # of a body
_MAX_DIGITS = 10
_OF_STATUS = {429: 3040, 408: 3007, 504: 3007, 413: _TOO_LARGE}  # HTTP status -> the code for the same


def error_of(answer: Answer, *, now_s: float) -> EmbedderError:
    """Return the error for an answer with a fault; `now_s` is the time since the epoch in seconds."""
    match answer.fault:
        case "http":
            return error(answer.status, answer.detail, now_s=now_s)
        case "type":
            message = "Workers AI answered something that is not JSON."
            return EmbedderError("upstream_invalid", message, transient=True)
        case "invalid":
            return EmbedderError("upstream_invalid", answer.detail)
    if code_in(answer.detail)[0]:  # the binding threw it
        return error(0, answer.detail, now_s=now_s)
    broken = EmbedderError("upstream_error", "The connection to Workers AI broke.", transient=True)
    return interrupted(answer.fault, "Workers AI") or broken


def remedy(status: int, body: str) -> str:
    """Return what to do after an error of a call that several requests share.

    "again": the model is busy; call it once more. "halve": one of the texts may be the reason, so each half is sent by
    itself. "": every request gets the error.
    """
    code = error(status, body, now_s=0).code
    return "again" if code == "upstream_busy" else "halve" if code in ("invalid_request", "payload_too_large") else ""


def error(status: int, body: str, *, now_s: float) -> EmbedderError:
    """Return the error for an answer with this HTTP status and body.

    The code decides; the status does if the code is unknown. `now_s` gives the time until the daily quota is reset, at
    00:00 UTC.
    """
    code, message = code_in(body)
    known = code or None
    if code not in _KNOWN:
        code = _OF_STATUS.get(status, code)
    if code in _QUOTA:
        message = "The account has used up its free Workers AI neurons for today; the quota is reset at 00:00 UTC."
        wait_s = _DAY_S - int(now_s) % _DAY_S
        return EmbedderError("quota_exhausted", message, retry_after_s=wait_s, upstream_code=known)
    if code in _BUSY:
        message = "Workers AI has no free capacity; retry shortly."
        wait_s = _BUSY_RETRY_AFTER_S
        return EmbedderError("upstream_busy", message, retry_after_s=wait_s, upstream_code=known, transient=True)
    if code in _TIMEOUT:
        message = "Workers AI did not answer in time."
        return EmbedderError("upstream_timeout", message, upstream_code=known, transient=True)
    if code in _BAD_INPUT:
        message = f"Workers AI rejected the input: {repeatable(message[:_MAX_MESSAGE_CHARS])}"
        return EmbedderError("invalid_request", message, upstream_code=known)
    if code == _TOO_LARGE:
        message = "The request is too large for Workers AI; send fewer texts."
        return EmbedderError("payload_too_large", message, upstream_code=known)
    message = f"Workers AI failed with {f'code {code}' if code else f'HTTP {status}'}."
    is_transient = code not in _CONFIGURATION and status not in _CALLERS
    return EmbedderError("upstream_error", message, upstream_code=known, transient=is_transient)


def code_in(body: str) -> tuple[int, str]:
    """Return the code and the message of an error; 0 and "" if it has none. Of several, the first that is known.

    Workers AI, its REST API and AI Gateway have errors of different forms, and some are plain text.
    """
    parsed: Any = body
    with suppress(msgspec.DecodeError, UnicodeError):
        parsed = msgspec.json.decode(body[max(0, body.find("{")) :] if _BEFORE_JSON.match(body) else body)
    found = [_parsed(item) for item in _items(parsed)]
    known = [item for item in found if item[0] in _KNOWN]
    return next(iter([*known, *(item for item in found if item[0])]), (0, ""))


def _items(parsed: Any) -> Iterator[Any]:  # noqa: ANN401
    yield parsed
    for name in ("errors", "error"):
        inner = parsed.get(name) if isinstance(parsed, dict) else None
        yield from inner[:_MAX_ERRORS] if isinstance(inner, list) else [inner]


def _parsed(item: Any) -> tuple[int, str]:  # noqa: ANN401
    if not isinstance(item, dict):
        return _in_text(item), ""
    texts = [text for text in (item.get("description"), item.get("message")) if text and isinstance(text, str)]
    numbers = (_number(item.get("internalCode")), _number(item.get("code")), *map(_in_text, texts))
    return next(filter(None, numbers), 0), next(iter(texts), "")


def _in_text(text: object) -> int:
    found = _IN_TEXT.match(text[:_MAX_MESSAGE_CHARS]) if isinstance(text, str) else None
    return int(found[1]) if found else 0


def _number(value: object) -> int:
    """Return a code, which may be text; 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _MAX_DIGITS:
        value = int(value)
    return value if isinstance(value, int) and value in _CODES else 0
