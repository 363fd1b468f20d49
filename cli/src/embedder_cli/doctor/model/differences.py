"""Small differences between texts that the model reads, and the company of other texts, which it does not."""

from collections.abc import Sequence

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model import recorded
from embedder_cli.doctor.model.filler import filler
from embedder_cli.doctor.model.pairs import PAIRS
from embedder_cli.doctor.results import Result, verdict
from embedder_cli.doctor.vectors import Vector, cosine, same

BATCH = 100  # texts: the most in one call of the model
_PLACES = (0, BATCH // 2, BATCH - 1)
_SIZE = 256  # numbers: enough to tell texts apart, and a third of the answer
_SHIFT = 37  # has no factor in common with BATCH, so that no exchange of rows but a shift of all stays unseen
_SHORT, _LONG = 20, 100  # words: most texts of the batch have up to so many; every 25th has _LONG


def seen(endpoint: Endpoint) -> Result:
    """Check that texts with a small difference have different vectors."""
    rows = endpoint.embed([text for pair in PAIRS.values() for text in pair])
    found = {name: (rows[2 * at], rows[2 * at + 1]) for at, name in enumerate(PAIRS)}
    ignored = [name for name, pair in found.items() if same(*pair)]
    return verdict(
        "small differences",
        not ignored,
        f"{len(PAIRS)} small differences change a vector, such as white space, case and the last token.",
        f"The model ignores {', '.join(ignored)}: two texts that differ in nothing else have the same vector. Look for "
        "what changes the texts on their way, and write again what was stored meanwhile.",
        cosines={name: round(cosine(*pair), 4) for name, pair in found.items()},
    )


def alone_and_in_a_batch(endpoint: Endpoint) -> Result:
    """Check that a text has the same vector alone and among 99 others, shorter and longer ones, in any order."""
    texts = [*recorded.vectors()][: len(_PLACES)]
    alone = [endpoint.embed([text], dimensions=_SIZE)[0] for text in texts]
    batch = _batch(texts)
    rows = endpoint.embed(batch, dimensions=_SIZE)
    shifted = endpoint.embed([*batch[_SHIFT:], *batch[:_SHIFT]], dimensions=_SIZE)
    cosines = [cosine(one, rows[place]) for one, place in zip(alone, _PLACES, strict=True)]
    lowest, moved = min(cosines), _apart(rows, [*shifted[-_SHIFT:], *shifted[:-_SHIFT]])
    return verdict(
        "batches",
        lowest >= recorded.LEAST and not moved,
        f"A text has the same vector alone and in a batch of {BATCH} (lowest cosine: {lowest:.4f}).",
        _alone(lowest) if lowest < recorded.LEAST else _exchanged(moved),
        cosines=[round(value, 4) for value in cosines],
    )


def _apart(rows: Sequence[Vector], others: Sequence[Vector]) -> int:
    return sum(cosine(row, other) < recorded.LEAST for row, other in zip(rows, others, strict=True))


def _alone(lowest: float) -> str:
    return (
        f"A text has one vector alone and another in a batch of {BATCH} (cosine: {lowest:.4f}; at least: "
        f"{recorded.LEAST}). Send one text per request until the cause is found."
    )


def _exchanged(moved: int) -> str:
    return (
        f"In a batch of {BATCH}, {moved} texts get another vector when the order of the batch changes. Send one text "
        "per request until the cause is found."
    )


def _batch(texts: Sequence[str]) -> list[str]:
    """Return 100 different texts of 3 to 102 words, with `texts` at their places."""
    placed = dict(zip(_PLACES, texts, strict=True))
    return [placed.get(place) or f"Text {place}: {filler(_words(place))}" for place in range(BATCH)]


def _words(place: int) -> int:
    return _LONG if place % 25 == 10 else 1 + place * 7 % _SHORT
