"""When a failed request is repeated: from the attempt, the answer and a random number, to seconds."""

MAX_ATTEMPTS = 8  # per batch; they count again from 1 when a part of the batch was accepted
MAX_ATTEMPTS_OF_PART = 3  # per part of a batch that has used up its attempts
MAX_RETRY_AFTER_S = 86_400.0
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0


def wait_s(attempt: int, *, retry_after_s: float | None, jitter: float) -> float:
    """Return the seconds to wait after failed attempt number `attempt`, counted from 1.

    The service's retry-after counts if it is longer. `jitter`, from 0 to 1, spreads batches that failed together.
    """
    full: float = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (attempt - 1))
    own = full * (0.5 + jitter / 2)
    return max(own, retry_after_s + jitter) if retry_after_s is not None else own


def seconds(header: str | None) -> float | None:
    """Return the seconds of a retry-after header, at most a day; None if it is not a number."""
    text = (header or "").strip()
    return min(float(text[:20]), MAX_RETRY_AFTER_S) if text.isdecimal() and text.isascii() else None
