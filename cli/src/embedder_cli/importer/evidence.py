"""Whether the index still has what the journal says: a sample of the accepted documents is looked up.

Nothing identifies an index, and its name, its age and its number of vectors prove little. Only a stored document proves
that it is stored. Vectorize shows a write seconds to minutes after it was accepted.
"""

import time
from urllib.parse import quote

from embedder_cli.importer import verdicts
from embedder_cli.importer.connection import Connection, StoppedError
from embedder_cli.importer.journal import Journal, Sampled

SAMPLE = 20  # the service reads as many in one call
SETTLED_S = 600.0  # a write that was accepted earlier is visible
_POLL_S = 2.0
_POLLS = 30

_FRESH = "Run again with --fresh to write every document again."
_OR_WAIT = "If the last import ended a moment ago, wait a few minutes instead."


async def check(connection: Connection, journal: Journal) -> None:
    """Check the service and the sample. StoppedError if the index does not have what the journal says."""
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


async def _lost(connection: Connection, sample: list[Sampled]) -> list[Sampled]:
    """Return the documents of the sample that the index does not have, or has in another namespace."""
    if not sample:
        return []
    ids = ",".join(quote(item.id, safe="") for item in sample)
    found = verdicts.stored((await connection.get(f"/vectors?ids={ids}")).body)
    if found is None:
        raise StoppedError(verdicts.NOT_THIS_SERVICE)
    return [item for item in sample if item.id not in found or (found[item.id] or None) != item.namespace]


def _is_settled(item: Sampled) -> bool:
    return time.time() - item.accepted_at > SETTLED_S


def _sentence(lost: int, sample: int, count: int | None) -> str:
    size = "" if count is None else f" (it has {count:,} vectors)"
    return (
        f"The journal does not match the index: {lost} of {sample} sampled documents are not there any more{size}. "
        f"It was emptied or replaced, or documents were deleted or moved. {_FRESH}"
    )
