"""The company of other texts, which must not change a vector: alone, in batches of several sizes, beside a long text.

Every row is compared with its recorded vector, so that a row that belongs to another text is seen.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model import recorded
from embedder_cli.doctor.model.filler import filler
from embedder_cli.doctor.results import Result, verdict
from embedder_cli.doctor.vectors import Vector, cosine

LARGEST = 100  # texts: the most in one call of the model
SIZES = (1, 2, 3, 17, 32, LARGEST - 1, LARGEST)  # a server of the model may split a call after 16, 32 or 64 texts
_WORDS = (1, 60, 100, 250)  # of texts of the largest batches
_PREFIX = re.compile(r"^(?:task: [\w ]+ \| query: |title: [\w ]+ \| text: )")

# Texts that are nearly a recorded one: what confuses the two gives one of them the vector of the other.
_CHANGES: tuple[Callable[[str], str], ...] = (
    str.lower,
    str.upper,
    lambda text: text.replace(" ", "  "),
    lambda text: re.sub(r"[^\w\s]", "", text),
    lambda text: unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode(),
    lambda text: " ".join(reversed(text.split(" "))),
    lambda text: f"{text[:-1]}!",
    lambda text: f"{text} The same was said of the others, at length, in the report of the following year.",
    lambda text: f"Of the others, the report of the following year said at length: {text}",
    lambda text: text.replace("r", "n").replace("e", "o"),
    lambda text: _PREFIX.sub("", text),
)


def alone_and_in_batches(endpoint: Endpoint) -> Result:
    """Check that a text has its recorded vector alone and in batches of all `SIZES`, in another order each."""
    known = recorded.shortened()
    found: dict[int, list[float]] = {}
    others: dict[str, Vector] = {}  # of the texts without a recorded vector
    for turn, size in enumerate(SIZES):
        texts = _batch(size, turn, endpoint.fresh)
        rows = endpoint.embed(texts, dimensions=recorded.SIZE)
        found[size] = [
            cosine(row, known.get(text) or others.setdefault(text, row)) for text, row in zip(texts, rows, strict=True)
        ]
    wrong = {size: sum(value < recorded.LEAST for value in cosines) for size, cosines in found.items()}
    lowest = min(map(min, found.values()))
    return verdict(
        "batches",
        not any(wrong.values()),
        f"Texts have the same vectors alone and in batches of {_listed(SIZES[1:])} (lowest cosine: {lowest:.4f}).",
        _wrong({size: number for size, number in wrong.items() if number}, lowest),
        lowest={str(size): round(min(cosines), 4) for size, cosines in found.items()},
    )


def _wrong(wrong: dict[int, int], lowest: float) -> str:
    named = ", ".join(f"{number} of {size}" for size, number in wrong.items())
    advice = "Send one text per request until the cause is found."
    if 1 in wrong:
        advice = "Compare the output of --json with that of another day, and open an issue."
    return (
        f"Texts have other vectors than their recorded ones, or than in another batch: {named} (lowest cosine: "
        f"{lowest:.4f}; at least: {recorded.LEAST}). They belong to other texts, or depend on them. {advice}"
    )


def _listed(sizes: Sequence[int]) -> str:
    return f"{', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"


def _batch(size: int, turn: int, fresh: str) -> list[str]:
    """Return `size` texts. Large batches have all recorded ones and a fresh one; the others are parts of them."""
    known = [*recorded.shortened()]
    if size < len(known):
        start = 7 * turn
        return [known[(start + place) % len(known)] for place in range(size)]
    texts = _mixed(fresh)[:size]
    return texts if size == LARGEST else texts[::-1]


def _mixed(fresh: str) -> list[str]:
    """Return 100 texts: the recorded ones, some of them twice, and between them others of 1 to 250 words."""
    known = [*recorded.shortened()]
    added = [fresh, *_others(known), *known][: LARGEST - len(known)]
    step = len(known) // len(added)
    parts = [[text, *known[at * step : (at + 1) * step]] for at, text in enumerate(added)]
    return [*(text for part in parts for text in part), *known[len(added) * step :]]


def _others(known: Sequence[str]) -> Iterator[str]:
    yield from map(filler, _WORDS)
    for at, change in enumerate(_CHANGES):
        yield next(changed for text in known[5 * at :] if (changed := change(text)) not in known)
