"""Decides whether and when a failed model call is retried."""

from embedder.errors import EmbedderError

MAX_ATTEMPTS = 4
_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 2.0


def is_last(attempt: int) -> bool:
    """Return whether `attempt`, counted from 0, is the last one."""
    return attempt >= MAX_ATTEMPTS - 1


def wait_s(attempt: int, error: EmbedderError, *, jitter: float, left_s: float) -> float | None:
    """Return the seconds to wait before the next attempt; None to give up.

    `jitter` is a random number from 0 to 1. The wait is 50 to 100 % of the exponential backoff, so that callers that
    failed together do not retry together. `left_s` is the time until the deadline.
    """
    if not error.transient or is_last(attempt):
        return None
    full = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**attempt)
    wait = full * (0.5 + jitter / 2)
    return wait if wait < left_s else None
