"""Dead letters: messages of the queue that can't be stored, each with its reason."""

from typing import Any, Literal

import msgspec

from embedder.errors import EmbedderError
from embedder.operations.messages import MAX_BODY_BYTES

_MAX_REASON_CHARS = 400  # at most 6 bytes each in JSON
_MAX_QUOTED_CHARS = 1_000  # of a message that is not JSON


class Reason(msgspec.Struct, omit_defaults=True):
    """Why a message failed."""

    code: str
    message: str
    upstream_code: int | None = None


class DeadLetter(msgspec.Struct, kw_only=True):
    """A message that can't be stored. `message` is the message as it was sent, or its beginning if it is not JSON."""

    version: Literal[1]
    id: str | None
    reason: Reason
    attempts: int
    failed_at_ms: int
    message: msgspec.Raw


def dead_letter(
    body: str, name: str | None, error: EmbedderError, *, attempts: int, now_ms: float, whole: bool = True
) -> str:
    """Return the dead letter of a message.

    Messages that are not JSON, or too large, are quoted in part. Without `whole`, the body is not decoded: one that is
    nested too deeply would end the isolate.
    """
    sentence = error.message.replace("documents[0]", "document")[:_MAX_REASON_CHARS]
    reason = Reason(error.code, sentence, error.upstream_code)
    message = _raw(body) if whole else _quoted(body)
    letter = DeadLetter(version=1, id=name, reason=reason, attempts=attempts, failed_at_ms=int(now_ms), message=message)
    return msgspec.json.encode(letter).decode()


def _raw(body: str) -> msgspec.Raw:
    encoded = body.encode()
    if len(encoded) <= MAX_BODY_BYTES and _is_json(encoded):
        return msgspec.Raw(encoded)
    return _quoted(body)


def _quoted(body: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(body[:_MAX_QUOTED_CHARS]))


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True
