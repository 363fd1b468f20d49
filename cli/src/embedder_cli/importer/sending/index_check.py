"""Whether the index still has what the journal says: a sample of the accepted documents is looked up.

Nothing identifies an index, and its name, its age and its number of vectors prove little. Only a stored document proves
that it is stored. Vectorize shows a write seconds to minutes after it was accepted.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from embedder_cli.importer.documents import Item
from embedder_cli.importer.sending import verdicts
from embedder_cli.importer.sending.connection import Connection, StoppedError
from embedder_cli.importer.sending.journal import Journal, Sampled

_LOOKED_UP = 50  # ids of a request, so that the address stays short
SAMPLE = 20  # the service reads as many in one call
SETTLED_S = 600.0  # a write that was accepted earlier is visible
_POLL_S = 2.0
_POLLS = 30

_FRESH = "Run again with --fresh to write every document again."
_OR_WAIT = "If the last import ended a moment ago, wait a few minutes instead."


async def check(connection: Connection, journal: Journal) -> int | None:
    """Check the service and the sample. StoppedError if the index does not have what the journal says.

    Returns the number of vectors in the index, or None if the key may not know it.
    """
    answer = await connection.get("/index")
    if not verdicts.is_index(answer.body):
        raise StoppedError(verdicts.NOT_THIS_SERVICE)
    sample = journal.sample(SAMPLE)
    lost = await _lost(connection, sample)
    for _ in range(_POLLS):
        if not lost or any(map(_is_settled, lost)):
            break
        connection.tally.waiting = "waiting until the index shows what was written last"
        await connection.sleep(_POLL_S)
        lost = await _lost(connection, lost)
    connection.tally.waiting = None
    if any(map(_is_settled, lost)) or len(lost) == len(sample) > 0:
        sentence = _sentence(len(lost), len(sample), answer.body["vector_count"])
        raise StoppedError(sentence if any(map(_is_settled, lost)) else f"{sentence} {_OR_WAIT}")
    count: int | None = answer.body["vector_count"]
    return count


@dataclass(frozen=True)
class Guard:
    """Looks up documents that the journal does not know, so that none of another namespace is moved.

    An id is unique in the whole index: writing it moves it. Ids with commas can't be looked up by HTTP.
    """

    connection: Connection
    journal: Journal
    namespace: str | None

    async def check(self, items: Sequence[Item]) -> None:
        """StoppedError if the index has one of the documents in another namespace."""
        unknown = [item.id for item in items if "," not in item.id and self.journal.entry(item.id) is None]
        for start in range(0, len(unknown), _LOOKED_UP):
            found = await _stored(self.connection, unknown[start : start + _LOOKED_UP])
            for name, namespace in found.items():
                if (namespace or None) != self.namespace:
                    raise StoppedError(moves(name, namespace or None, self.namespace))


async def _stored(connection: Connection, names: Sequence[str]) -> Mapping[str, str | None]:
    """Return the namespaces of the documents that the index has, by id."""
    ids = ",".join(quote(name, safe="") for name in names)
    found = verdicts.stored((await connection.get(f"/vectors?ids={ids}")).body)
    if found is None:
        raise StoppedError(verdicts.NOT_THIS_SERVICE)
    return found


def moves(name: str, old: str | None, new: str | None) -> str:
    """Say that an import would move a document, and what to do."""
    return (
        f"The document {name!r} is in {_spoken(old)}. An index has an id only once: to import it into {_spoken(new)} "
        "moves it. Run again with --fresh to move the documents, or use other ids."
    )


def _spoken(namespace: str | None) -> str:
    return "no namespace" if namespace is None else f"the namespace {namespace!r}"


async def _lost(connection: Connection, sample: list[Sampled]) -> list[Sampled]:
    """Return the documents of the sample that the index does not have, or has in another namespace."""
    if not sample:
        return []
    found = await _stored(connection, [item.id for item in sample])
    return [item for item in sample if item.id not in found or (found[item.id] or None) != item.namespace]


def _is_settled(item: Sampled) -> bool:
    return time.time() - item.accepted_at > SETTLED_S


def _sentence(lost: int, sample: int, count: int | None) -> str:
    size = "" if count is None else f" (it has {count:,} vectors)"
    return (
        f"The journal does not match the index: {lost} of {sample} sampled documents are not there any more{size}. "
        f"It was emptied or replaced, or documents were deleted or moved. {_FRESH}"
    )
