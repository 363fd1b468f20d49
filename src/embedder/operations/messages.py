"""The messages of the ingestion queue: one document each, as JSON text. A dead letter is a message with its reason.

Source of the limits: Queues, "Limits" page (https://developers.cloudflare.com/queues/platform/limits/). 1 KB is 1,000
bytes there.
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from embedder import decoding
from embedder.errors import EmbedderError
from embedder.operations.requests import DocumentIn, UpsertOptions, UpsertRequest

MAX_MESSAGE_BYTES = 128_000
MAX_SENT = 100  # messages per sendBatch
MAX_SENT_BYTES = 256_000  # bytes per sendBatch
MAX_DELAY_S = 43_200  # of a retry; the page had 12 hours before it had 24
OVERHEAD_BYTES = 100  # metadata that Queues adds to a message, and counts
REASON_BYTES = 2_900  # room for the reason, so that every message fits into a dead letter
MAX_BODY_BYTES = MAX_MESSAGE_BYTES - OVERHEAD_BYTES - REASON_BYTES

_MAX_REASON_CHARS = 400  # at most 6 bytes each in JSON
_MAX_QUOTED_CHARS = 1_000  # of a message that is not JSON


class Message(UpsertOptions, omit_defaults=True, kw_only=True):
    """A document to embed and store. `request_id` is that of the request which sent it.

    `bound` says that the key of this request reaches no other namespace.
    """

    version: Literal[1]
    request_id: str = ""
    bound: bool = False
    document: DocumentIn


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


def encode(request: UpsertRequest, request_id: str, *, bound: bool) -> list[str]:
    """Return one message per document. Raises `payload_too_large` for a document that no message can hold."""
    options = {name: getattr(request, name) for name in UpsertOptions.__struct_fields__}
    options |= {"request_id": request_id, "bound": bound}
    bodies: list[str] = []
    for index, document in enumerate(request.documents):
        body = msgspec.json.encode(Message(version=1, document=document, **options))
        if len(body) > MAX_BODY_BYTES:
            path = f"documents[{index}]"
            message = f"{path} has {len(body)} bytes as a message; the queue takes {MAX_BODY_BYTES}. "
            raise EmbedderError("payload_too_large", message + "Split the text, or send it without queue.", param=path)
        bodies.append(body.decode())
    return bodies


def decode(body: str) -> Message:
    """Decode a message. Raises an EmbedderError that says what is wrong with it."""
    found: Message = decoding.decode(body.encode(), Message)
    return found


def parcels(bodies: list[str]) -> Iterator[list[str]]:
    """Split messages into the largest parts that one call of sendBatch takes."""
    part: list[str] = []
    size = 0
    for body in bodies:
        cost = len(body.encode()) + OVERHEAD_BYTES
        if part and (len(part) == MAX_SENT or size + cost > MAX_SENT_BYTES):
            yield part
            part, size = [], 0
        part.append(body)
        size += cost
    if part:
        yield part


def dead_letter(body: str, name: str | None, error: EmbedderError, *, attempts: int, now_ms: float) -> str:
    """Return the dead letter of a message. Messages that are not JSON, or too large, are quoted in part."""
    sentence = error.message.replace("documents[0]", "document")[:_MAX_REASON_CHARS]
    reason = Reason(error.code, sentence, error.upstream_code)
    letter = DeadLetter(
        version=1, id=name, reason=reason, attempts=attempts, failed_at_ms=int(now_ms), message=_raw(body)
    )
    return msgspec.json.encode(letter).decode()


def _raw(body: str) -> msgspec.Raw:
    encoded = body.encode()
    if len(encoded) <= MAX_BODY_BYTES and _is_json(encoded):
        return msgspec.Raw(encoded)
    return msgspec.Raw(msgspec.json.encode(body[:_MAX_QUOTED_CHARS]))


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True
