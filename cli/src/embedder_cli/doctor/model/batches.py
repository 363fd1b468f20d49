"""The company of other texts, which must not change a vector: alone, in batches of several sizes, beside a long text.

Every row is compared with its recorded vector, so that a row that belongs to another text is seen.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model import recorded
from embedder_cli.doctor.model.filler import filler
from embedder_cli.doctor.results import Result, verdict
from embedder_cli.doctor.vectors import Vector, cosine, length

LARGEST = 100  # texts: the most in one call of the model
AT_ONCE = (4, 7, 8, 10, 20, 25, 33, 50)  # texts of the requests at the same time
# A mean cosine of the vectors of the same text in several calls. Numbers of 16 bits in calls of other sizes leave more.
_STEADY = 0.9997
SHORTENED = (32, 96)  # batches of which 256 numbers are asked for
SIZES = (1, 2, 3, 17, 32, 96, LARGEST)  # a server of the model may split a call after 16, 32 or 64 texts
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
    seen = Seen()
    for turn, size in enumerate(SIZES):
        texts = _batch(size, turn, endpoint.fresh)
        dimensions = recorded.SIZE if size in SHORTENED else recorded.DIMENSIONS
        seen.add(texts, endpoint.embed(texts, dimensions=dimensions))
    wrong, lowest = seen.wrong(), min(map(min, seen.cosines.values()))
    return verdict(
        "batches",
        not wrong and not seen.fault(),
        f"Texts have the same vectors alone and in batches of {_listed(SIZES[1:])} (lowest cosine: {lowest:.4f}).",
        _wrong(wrong, lowest) if wrong else seen.fault(),
        lowest={str(size): round(min(cosines), 4) for size, cosines in seen.cosines.items()},
        steady=round(seen.steady, 6),
    )


def at_once(endpoint: Endpoint) -> Result:
    """Check that a text has its recorded vector in calls that are made at the same time."""
    calls = [_batch(size, len(SIZES) + turn, endpoint.fresh) for turn, size in enumerate(AT_ONCE)]
    seen = Seen()
    for texts, rows in zip(calls, endpoint.embed_at_once(calls, dimensions=recorded.SIZE), strict=True):
        seen.add(texts, rows)
    wrong, lowest = seen.wrong(), min(map(min, seen.cosines.values()))
    return verdict(
        "calls at once",
        not wrong and not seen.fault(),
        f"Texts have the same vectors in {len(AT_ONCE)} requests at the same time (lowest cosine: {lowest:.4f}).",
        f"In requests at the same time: {_wrong(wrong, lowest)}" if wrong else seen.fault(),
        lowest={str(size): round(min(cosines), 4) for size, cosines in seen.cosines.items()},
    )


class Seen:
    """The vectors of several calls, compared with the recorded ones and with those of the same texts before."""

    def __init__(self) -> None:
        self.cosines: dict[int, list[float]] = {}  # with the recorded vectors, by the size of the call
        self._first: dict[str, Vector] = {}
        self._again: list[float] = []
        self._lengths: list[float] = []

    def add(self, texts: Sequence[str], rows: Sequence[Vector]) -> None:
        pairs = [*zip(texts, rows, strict=True)]
        self.cosines[len(texts)] = [self._cosine(text, row) for text, row in pairs]
        # the service itself gives shortened vectors the length 1
        self._lengths += [length(row) for row in rows if len(row) == recorded.DIMENSIONS]

    def _cosine(self, text: str, row: Vector) -> float:
        known = recorded.vectors().get(text) or recorded.shortened().get(text)
        right = _alike(row, known) if known else 1.0
        if text not in self._first:
            if right >= recorded.LEAST:
                self._first[text] = row
            return right
        self._again.append(_alike(row, self._first[text]))
        return min(right, self._again[-1])

    @property
    def steady(self) -> float:
        """The mean cosine of vectors of the same text."""
        return fmean(self._again) if self._again else 1.0

    def wrong(self) -> dict[int, int]:
        """Return how many texts of a call have another vector, by the size of the call."""
        found = {size: sum(value < recorded.LEAST for value in cosines) for size, cosines in self.cosines.items()}
        return {size: number for size, number in found.items() if number}

    def fault(self) -> str:
        """Return what is wrong with the vectors together."""
        if self.steady < _STEADY:
            return (
                f"Texts have other vectors each time (mean cosine: {self.steady:.5f}; at least: {_STEADY}): something "
                "adds noise, or mixes in the vectors of other texts of a call."
            )
        return recorded.uneven(self._lengths or [1.0])


def _alike(left: Vector, right: Vector) -> float:
    """Return the cosine of two vectors, of which one may be shortened."""
    width = min(len(left), len(right))
    return cosine(left[:width], right[:width])


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
