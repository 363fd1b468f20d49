"""When a failed request is repeated. Pure: attempt, answer and jitter come in, a wait goes out."""

MAX_ATTEMPTS = 8  # of one batch, counted anew when some of it was accepted
MAX_ATTEMPTS_OF_PART = 3  # of a part of a batch that has failed so often
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0


def wait_s(attempt: int, *, retry_after_s: float | None, jitter: float) -> float:
    """Return the seconds to wait after failed attempt number `attempt`, counted from 1.

    The service's own word counts where it is longer. `jitter`, from 0 to 1, keeps batches that failed together from
    coming back together.
    """
    full: float = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (attempt - 1))
    own = full * (0.5 + jitter / 2)
    return max(own, retry_after_s + jitter) if retry_after_s is not None else own


def seconds(header: str | None) -> float | None:
    """Return the seconds of a `retry-after` header; None where there is none that is a number."""
    text = (header or "").strip()
    return float(text) if text.isdecimal() else None
