"""What Workers AI answers when it does not answer vectors: its codes, and what they mean to our caller. No I/O.

Source of the codes: Workers AI, "Errors" page; 4006 and 2018 as seen live.
"""

import msgspec

from embedder.errors import (
    EmbedderError,
    InvalidRequestError,
    PayloadTooLargeError,
    QuotaExhaustedError,
    UpstreamBusyError,
    UpstreamError,
    UpstreamTimeoutError,
)

QUOTA = frozenset({3036, 4006})
BUSY = frozenset({3040, 2018})
TIMEOUT = frozenset({3007, 3008})
BAD_INPUT = frozenset({3003, 3010, 3030, 5004, 5006})
CONFIGURATION = frozenset({5007, 3042, 3023, 5016, 5018, 5035, 3041})  # the operator's to mend; a repeat is no help
TOO_LARGE = 3006
BUSY_RETRY_AFTER_S = 5
_DAY_S = 86_400


class _Item(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Body(msgspec.Struct, rename="camel"):
    internal_code: int = 0
    message: str = ""
    description: str = ""
    errors: list[_Item] = []


def parse(body: bytes) -> tuple[int, str]:
    """Return the code and the sentence of an error body; code 0 and no sentence for one that has neither."""
    try:
        found = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0, ""
    if found.errors:
        return found.errors[0].code, found.errors[0].message
    return found.internal_code, found.description or found.message


def error(status: int, body: bytes, *, now_s: float) -> EmbedderError:
    """Return our error for an answer of Workers AI with this HTTP status and body.

    `now_s` is the time since the epoch in seconds: the daily quota comes back at 00:00 UTC.
    """
    code, message = parse(body)
    known = code or None
    if code in QUOTA:
        return QuotaExhaustedError(
            "The account's free Workers AI neurons of today are used up; they come back at 00:00 UTC.",
            retry_after_s=seconds_to_midnight(now_s),
            upstream_code=known,
        )
    if code in BUSY or (not code and status == 429):
        return UpstreamBusyError(
            "Workers AI is out of capacity; try again shortly.",
            retry_after_s=BUSY_RETRY_AFTER_S,
            upstream_code=known,
            transient=True,
        )
    if code in TIMEOUT or (not code and status in (408, 504)):
        return UpstreamTimeoutError("Workers AI did not answer in time.", upstream_code=known, transient=True)
    if code in BAD_INPUT:
        return InvalidRequestError(f"Workers AI refused the input: {message[:300]}", upstream_code=known)
    if code == TOO_LARGE:
        return PayloadTooLargeError("The request is too large for Workers AI; send fewer texts.", upstream_code=known)
    what = f"code {code}" if code else f"HTTP {status}"
    return UpstreamError(f"Workers AI failed with {what}.", upstream_code=known, transient=code not in CONFIGURATION)


def seconds_to_midnight(now_s: float) -> int:
    """Return the whole seconds from `now_s` to the next 00:00 UTC."""
    return _DAY_S - int(now_s) % _DAY_S
