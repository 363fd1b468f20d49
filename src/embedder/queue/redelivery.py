"""What becomes of a message of the queue whose document was not stored: another delivery, when, or a dead letter."""

from embedder.errors import EmbedderError

MAX_ATTEMPTS = 50  # deliveries of a message; fewer than the 100 of Queues, so that its dead letter has a reason
MAX_ATTEMPTS_INVALID = 8  # the same, if the model's answer for the document alone is invalid
SPLIT_FROM_ATTEMPT = 3  # when a failing service may be the fault of one document
FIRST_DELAY_S = 5
LONGEST_DELAY_S = 900
MAX_DELAY_S = 43_200  # of a retry (Queues, Limits); the page had 12 hours before it had 24

PERMANENT = frozenset({"invalid_request", "invalid_json", "text_too_long", "payload_too_large", "forbidden"})
_OF_A_DOCUMENT = PERMANENT | {"upstream_invalid"}
_PERHAPS_OF_A_DOCUMENT = frozenset({"upstream_error", "upstream_timeout"})


def attempts_alone(error: EmbedderError) -> int:
    """Return how many deliveries a document gets that fails alone with an error that may pass."""
    return MAX_ATTEMPTS_INVALID if error.code == "upstream_invalid" else MAX_ATTEMPTS


def may_concern_one(error: EmbedderError, attempts: int) -> bool:
    """Return whether one document may have failed a whole part, which was delivered at most `attempts` times."""
    return error.code in _OF_A_DOCUMENT or (error.code in _PERHAPS_OF_A_DOCUMENT and attempts >= SPLIT_FROM_ATTEMPT)


def delay_s(attempts: int, error: EmbedderError) -> int:
    """Return the delay before the next delivery: it grows exponentially, and is at least what the error says."""
    own = min(LONGEST_DELAY_S, FIRST_DELAY_S << min(attempts - 1, 10))
    return min(MAX_DELAY_S, max(own, error.retry_after_s or 0))
