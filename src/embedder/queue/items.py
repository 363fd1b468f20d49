"""The documents of a batch: how they were delivered, and which of them are stored together."""

from typing import Literal

import msgspec

from embedder.access.scopes import FULL, Access
from embedder.embedding.embedder import PreparedTexts
from embedder.embedding.tokens import measure
from embedder.operations import messages
from embedder.vectorize.calls import Row


class Received(msgspec.Struct):
    """A message as it was delivered. `fault` says why its body can't be decoded."""

    position: int
    attempts: int
    body: str
    fault: Literal["", "not_text", "too_large", "too_deep", "too_many_values"] = ""


class QueuedDocument(msgspec.Struct):
    """A document to store. `older` are messages with the same id, which this one replaces."""

    received: Received
    mode: str
    access: Access
    row: Row
    prepared: PreparedTexts
    older: list[Received] = []

    @property
    def deliveries(self) -> list[Received]:
        return [self.received, *self.older]


def access_of(message: messages.QueueMessage) -> Access:
    """Return what the sender of a message may do."""
    return Access(frozenset(("write",)), frozenset((message.namespace or "",))) if message.bound else FULL


def by_access(items: list[QueuedDocument]) -> dict[Access, list[QueuedDocument]]:
    """Group documents by what their senders may do, because one call of the index checks one access."""
    groups: dict[Access, list[QueuedDocument]] = {}
    for item in items:
        groups.setdefault(item.access, []).append(item)
    return groups


def one_per_id(items: list[QueuedDocument], mode: str) -> list[QueuedDocument]:
    """Keep one document per id: the one that would be stored in the end."""
    kept: dict[str, QueuedDocument] = {}
    for item in items if mode == "upsert" else items[::-1]:
        if replaced := kept.pop(item.row.id, None):
            item.older = replaced.deliveries
        kept[item.row.id] = item
    return [*kept.values()]


def joined(items: list[QueuedDocument]) -> PreparedTexts:
    """Return the prepared texts of several documents for one call."""
    texts = [item.prepared.texts[0] for item in items]
    return PreparedTexts(texts, task=None, tokens=measure(texts)[0], truncated=[])
