"""Maps errors of Workers AI to errors of this service.

Source of the codes: Workers AI, "Errors" page; 4006 and 2018 as seen live.
"""

import msgspec

from embedder.errors import EmbedderError, interrupted
from embedder.ports import Answer

_QUOTA = frozenset({3036, 4006})
_BUSY = frozenset({3040, 2018})
_TIMEOUT = frozenset({3007, 3008})
_BAD_INPUT = frozenset({3003, 3010, 3030, 5004, 5006})
_CONFIGURATION = frozenset({5007, 3042, 3023, 5016, 5018, 5035, 3041})  # only the operator can fix these
_TOO_LARGE = 3006
_BUSY_RETRY_AFTER_S = 5
_DAY_S = 86_400
_MAX_MESSAGE_CHARS = 300


class _Item(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Body(msgspec.Struct, rename="camel"):
    internal_code: int = 0
    message: str = ""
    description: str = ""
    errors: list[_Item] = []


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

    `now_s` gives the time until the daily quota is reset, at 00:00 UTC.
    """
    code, message = _parse(body)
    known = code or None
    if code in _QUOTA:
        message = "The account has used up its free Workers AI neurons for today; the quota is reset at 00:00 UTC."
        wait_s = _DAY_S - int(now_s) % _DAY_S
        return EmbedderError("quota_exhausted", message, retry_after_s=wait_s, upstream_code=known)
    if code in _BUSY or (not code and status == 429):
        message = "Workers AI has no free capacity; retry shortly."
        wait_s = _BUSY_RETRY_AFTER_S
        return EmbedderError("upstream_busy", message, retry_after_s=wait_s, upstream_code=known, transient=True)
    if code in _TIMEOUT or (not code and status in (408, 504)):
        message = "Workers AI did not answer in time."
        return EmbedderError("upstream_timeout", message, upstream_code=known, transient=True)
    if code in _BAD_INPUT:
        message = f"Workers AI rejected the input: {message[:_MAX_MESSAGE_CHARS]}"
        return EmbedderError("invalid_request", message, upstream_code=known)
    if code == _TOO_LARGE:
        message = "The request is too large for Workers AI; send fewer texts."
        return EmbedderError("payload_too_large", message, upstream_code=known)
    message = f"Workers AI failed with {f'code {code}' if code else f'HTTP {status}'}."
    return EmbedderError("upstream_error", message, upstream_code=known, transient=code not in _CONFIGURATION)


def _parse(body: str) -> tuple[int, str]:
    """Return the code and the message of an error body; 0 and "" if it has none."""
    try:
        parsed = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeError):
        return 0, ""
    if parsed.errors:
        return parsed.errors[0].code, parsed.errors[0].message
    return parsed.internal_code, parsed.description or parsed.message
