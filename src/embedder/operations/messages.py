"""The messages of the ingestion queue: one document each, as JSON text.

Source of the limits: Queues, "Limits" page (https://developers.cloudflare.com/queues/platform/limits/). 1 KB is 1,000
bytes there.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from embedder import decoding
from embedder.encoding import PLACEHOLDER, split_at_placeholder
from embedder.errors import EmbedderError
from embedder.operations.requests import DocumentIn, UpsertOptions, UpsertRequest

MAX_MESSAGE_BYTES = 128_000
MAX_SENT = 100  # messages per sendBatch
MAX_SENT_BYTES = 256_000  # bytes per sendBatch
OVERHEAD_BYTES = 100  # metadata that Queues adds to a message, and counts
REASON_BYTES = 2_900  # room for the reason, so that every message fits into a dead letter
MAX_BODY_BYTES = MAX_MESSAGE_BYTES - OVERHEAD_BYTES - REASON_BYTES


class QueueMessage(UpsertOptions, omit_defaults=True, kw_only=True):
    """A document to embed and store. `request_id` is that of the request which sent it.

    `bound`: the sender's key is limited to `namespace`.
    """

    version: Literal[1]
    request_id: str = ""
    bound: bool = False
    document: DocumentIn


def encode(request: UpsertRequest, request_id: str, *, bound: bool) -> list[str]:
    """Return one message per document. Raises `payload_too_large` for a document that no message can hold."""
    options = {name: getattr(request, name) for name in UpsertOptions.__struct_fields__}
    options |= {"request_id": request_id, "bound": bound}
    before, after = map(
        str.encode, split_at_placeholder(QueueMessage(version=1, document=PLACEHOLDER, **options))
    )  # once for all
    bodies: list[str] = []
    for index, document in enumerate(request.documents):
        body = b"%b%b%b" % (before, msgspec.json.encode(document), after)
        if len(body) > MAX_BODY_BYTES:
            path = f"documents[{index}]"
            message = f"{path} has {len(body)} bytes as a message; the queue takes {MAX_BODY_BYTES}. "
            raise EmbedderError("payload_too_large", message + "Split the text, or send it without queue.", param=path)
        bodies.append(body.decode())
    return bodies


def decode(body: str) -> QueueMessage:
    """Decode a message. Raises an EmbedderError that says what is wrong with it."""
    message: QueueMessage = decoding.decode(body.encode(), QueueMessage)
    return message


def batches(bodies: list[str]) -> Iterator[list[str]]:
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
