"""Decides whether a failed message is delivered again, and when, or becomes a dead letter."""

from embedder.errors import EmbedderError

MAX_ATTEMPTS = 50  # deliveries of a message: fewer than the 100 of Queues, whose dead letters have no reason
MAX_ATTEMPTS_INVALID = 8  # the same for a document for which alone the model's answer is invalid
SPLIT_FROM_ATTEMPT = 3  # from this delivery on, one document may be the cause of a failing service
FIRST_DELAY_S = 5
LONGEST_DELAY_S = 900
MAX_DELAY_S = 43_200  # of a retry: 12 hours, though Queues' page of limits now has 24

PERMANENT = frozenset({"invalid_request", "invalid_json", "text_too_long", "payload_too_large", "forbidden"})
_OF_A_DOCUMENT = PERMANENT | {"upstream_invalid"}
_PERHAPS_OF_A_DOCUMENT = frozenset({"upstream_error", "upstream_timeout"})


def attempts_alone(error: EmbedderError) -> int:
    """Return the maximum of deliveries for a document that fails alone, with an error that may be temporary."""
    return MAX_ATTEMPTS_INVALID if error.code == "upstream_invalid" else MAX_ATTEMPTS


def may_concern_one(error: EmbedderError, attempts: int) -> bool:
    """Return whether one document may be the cause of the error of several, each delivered at most `attempts` times."""
    return error.code in _OF_A_DOCUMENT or (error.code in _PERHAPS_OF_A_DOCUMENT and attempts >= SPLIT_FROM_ATTEMPT)


def delay_s(attempts: int, error: EmbedderError) -> int:
    """Return the seconds before the next delivery: twice as many each time, at least the error's `retry_after_s`."""
    own = min(LONGEST_DELAY_S, FIRST_DELAY_S << min(attempts - 1, 10))
    return min(MAX_DELAY_S, max(own, error.retry_after_s or 0))
