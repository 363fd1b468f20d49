"""The bindings `INGEST` and `INGEST_FAILED`. Messages are text."""

import re
from typing import Any

import msgspec
from workers import import_from_javascript

from embedder.errors import EmbedderError, interrupted

_js = import_from_javascript("bindings/requests/queues.js")

# the message of the exception is not documented in full; see Queues, Limits, note 2
_TOO_MANY = re.compile(r"too many requests|rate ?limit|overloaded", re.IGNORECASE)
_RETRY_AFTER_S = 5


class Queue:
    """A queue to send messages to."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue

    async def send(self, lifetime: Any, messages: list[str]) -> None:
        found = await _js.send(lifetime.scope, self._queue, msgspec.json.encode(messages).decode())
        if found.fault:
            raise interrupted(found.fault, "The queue") or _rejected(found.text)


def _rejected(text: str) -> EmbedderError:
    if _TOO_MANY.search(text):
        sentence = "The queue takes no more messages at the moment; retry shortly."
        return EmbedderError("upstream_busy", sentence, retry_after_s=_RETRY_AFTER_S)
    return EmbedderError("upstream_error", "The queue rejected the messages.")
