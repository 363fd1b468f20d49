"""Dead letters, as the Worker writes them, and messages that Queues itself has given up. Pure: text in, values out."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from embedder_cli.queues.account import Peeked

_NO_REASON = "Queues gave up on it: the Worker did not answer. Its log has the reason."


@dataclass(frozen=True)
class Letter:
    """A message that failed. `message` is what to send again; None if it can't be stored in any case."""

    ref: str
    id: str | None
    code: str
    reason: str
    failed_at: datetime
    message: str | None


def read(peeked: Peeked) -> Letter:
    """Return the dead letter in a message of the queue of failures."""
    body = _json(peeked.body)
    at = _time(peeked.timestamp_ms)
    if not isinstance(body, dict):
        return Letter(peeked.ref, None, "unknown", "It is not a message of this service.", at, None)
    reason = body.get("reason")
    if not isinstance(reason, dict):
        return Letter(peeked.ref, _id(body), "no_answer", _NO_REASON, at, json.dumps(body, ensure_ascii=False))
    message = body.get("message")
    again = json.dumps(message, ensure_ascii=False) if isinstance(message, dict) else None
    failed_at = _time(body.get("failed_at_ms")) if body.get("failed_at_ms") else at
    return Letter(
        peeked.ref, _text(body.get("id")), str(reason.get("code")), str(reason.get("message")), failed_at, again
    )


def _json(body: str) -> Any:  # noqa: ANN401
    """Decode a body. The API has messages that are not text in base64."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(base64.b64decode(body, validate=True))
    except (ValueError, RecursionError):
        return None


def _id(message: dict[str, Any]) -> str | None:
    document = message.get("document")
    return _text(document.get("id")) if isinstance(document, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _time(ms: object) -> datetime:
    try:
        return datetime.fromtimestamp(float(ms) / 1000, UTC) if isinstance(ms, int | float) else _EPOCH
    except (OverflowError, ValueError, OSError):
        return _EPOCH


_EPOCH = datetime.fromtimestamp(0, UTC)
