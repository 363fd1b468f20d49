"""Whether the model reads all of a long text, and reads it as one text.

What the model does not read does not change the vector: two texts that differ only there have the same one. There are
no recorded vectors of long texts, so their vectors are compared with each other.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model import recorded
from embedder_cli.doctor.model.filler import backwards, every_second, filler, joined, others, with_others
from embedder_cli.doctor.results import Result, Status
from embedder_cli.doctor.vectors import Vector, cosine, kept, length, outside, same
from embedder_cli.service import truncated

SAME_COSINE = 0.99998  # of two texts that the model reads as the same one
NAME = "long texts"
_KEPT = 0.18  # of the numbers of a vector: what a change may leave as it is. In the model it changes all of them
_ADDITIVE = 0.005  # of a change: what may be left of it if vectors of parts are averaged. Rounding leaves less


class Pair(NamedTuple):
    """Two texts of `tokens` tokens, of which the `differing` last ones differ."""

    tokens: int
    differing: int

    @property
    def shared(self) -> int:
        return self.tokens - self.differing

    def texts(self) -> tuple[str, str]:
        return filler(self.tokens), with_others(self.tokens, range(self.shared, self.tokens))


# Some tables have a limit of 512 tokens for this model, and its card has 2,048. A few tokens change a vector little.
PAIRS = (Pair(700, 30), Pair(1900, 40))
LONGEST = PAIRS[-1].tokens
_STEP = 190
# Each is changed in a text of its own. What is not read is seen if it has all of one: a gap of 240 tokens anywhere.
PARTS = [range(start + 70, start + 120) for start in range(0, LONGEST, _STEP)]
_ENDS = (range(_STEP), range(LONGEST - _STEP, LONGEST))
_MIDDLE = range(LONGEST // 2 - 20, LONGEST // 2 + 20)  # where a text is cut by who reads its beginning and its end
_EVERY_SECOND = [every_second(LONGEST, first) for first in (0, 1)]
_BASE, _TOGETHER = filler(LONGEST), with_others(LONGEST, *_ENDS)
_CHANGED = {part: with_others(LONGEST, part) for part in (*_ENDS, *PARTS)}
_ORDER = PAIRS[0].tokens
_SHORT = [*recorded.vectors()][:2]
_WORDS = filler(48)
_NEAR = 0.3  # the least cosine of texts of the same words; that of vectors with nothing in common is about 0
TEXTS = [
    _SHORT[0],
    *(text for pair in PAIRS for text in pair.texts()),
    *_CHANGED.values(),
    with_others(LONGEST, _MIDDLE),
    *_EVERY_SECOND,
    _TOGETHER,
    backwards(_ORDER),
    _WORDS,
    others(),
    _SHORT[1],
]


def check(endpoint: Endpoint) -> Result:
    """Check that no text is truncated without being reported, and that long texts are read whole and as one."""
    texts = [*TEXTS, endpoint.fresh]
    answer = endpoint.ask("POST", "/embed", {"text": texts}, patient=True)
    rows = dict(zip(texts, endpoint.rows(answer, len(texts)), strict=True))
    reported = [pair for pair in PAIRS if truncated(answer.headers).issuperset(map(TEXTS.index, pair.texts()))]
    lost = [pair for pair in PAIRS if _equal(*(rows[text] for text in pair.texts()))]
    figures: dict[str, object] = {
        "truncated": [pair.tokens for pair in lost],
        "reported": [pair.tokens for pair in reported],
        **_figures(rows),
    }
    if silent := [pair for pair in lost if pair not in reported]:
        return Result(NAME, Status.FAIL, _silent(silent[0]), figures)
    if fault := _short(rows) or ("" if lost else _whole(rows)):
        return Result(NAME, Status.FAIL, fault, figures)
    if spared := [pair for pair in reported if pair not in lost]:
        sizes = _sizes(spared)
        detail = f"Texts of {sizes} tokens are reported as truncated, but are not: MAX_TEXT_TOKENS can be larger."
        return Result(NAME, Status.NOTE, detail, figures)
    return Result(NAME, Status.OK, _read(lost), figures)


def _figures(rows: Mapping[str, Vector]) -> dict[str, object]:
    """Return what is compared with the limits, for whoever doubts a failure."""
    base, subject, ends = rows[_BASE], rows[others()], [rows[_CHANGED[part]] for part in _ENDS]
    nearer = fmean(cosine(row, subject) for row in (rows[text] for text in _CHANGED.values())) - cosine(base, subject)
    return {
        "cosine_with_same_words": round(cosine(base, rows[_WORDS]), 4),
        "cosine_with_other_order": round(cosine(rows[filler(_ORDER)], rows[backwards(_ORDER)]), 6),
        "nearer_to_other_subject": round(nearer, 4),
        "not_additive": round(outside(rows[_TOGETHER], [base, *ends]) / (outside(rows[_TOGETHER], [base]) or 1), 4),
    }


def _equal(left: Vector, right: Vector) -> bool:
    return same(left, right, least=SAME_COSINE)


def _short(rows: Mapping[str, Vector]) -> str:
    """Return a fault of the short texts in the call."""
    lowest = min(cosine(rows[text], recorded.vectors()[text]) for text in _SHORT)
    if lowest >= recorded.LEAST:
        return ""
    return (
        f"Short texts have other vectors if long ones are in the same call (cosine with the recorded ones: "
        f"{lowest:.4f}; at least: {recorded.LEAST}). Send long texts in requests of their own."
    )


def _whole(rows: Mapping[str, Vector]) -> str:
    """Return a fault of the long texts."""
    if unread := [part for part in PARTS if _equal(rows[_BASE], rows[_CHANGED[part]])]:
        return _unread(unread)
    if _equal(rows[_BASE], rows[with_others(LONGEST, _MIDDLE)]):
        return _unread([_MIDDLE])
    if any(_equal(rows[_BASE], rows[text]) for text in _EVERY_SECOND):
        return f"The model does not read every second word of texts of {LONGEST:,} tokens. {_SPLIT}"
    lengths = [length(row) for row in rows.values()]
    if max(lengths) > min(lengths) * recorded.UNEVEN:
        return "Vectors of long texts and of short ones have different lengths. Divide a vector by its length."
    if _equal(rows[filler(_ORDER)], rows[backwards(_ORDER)]):
        return f"The order of the words of a text of {_ORDER} tokens does not change its vector. {_SPLIT}"
    return _misfit(rows) or _averaged(rows) or _patched(rows)


def _misfit(rows: Mapping[str, Vector]) -> str:
    """Return a fault if a long text is far from its own words, or parts of another subject do not move it there."""
    base, subject = rows[_BASE], rows[others()]
    changed = [rows[text] for text in _CHANGED.values()]
    near = [cosine(base, row) >= _NEAR for row in (rows[_WORDS], *changed)]
    moved = fmean(cosine(row, subject) for row in changed) > cosine(base, subject)  # a single part may move it less
    if all(near) and moved:
        return ""
    return (
        f"The vectors of long texts do not fit those of short ones: a text of {LONGEST:,} tokens is not near a short "
        "one of the same words, or does not come nearer to another subject if a tenth of it becomes that subject. "
        f"{_SPLIT}"
    )


def _averaged(rows: Mapping[str, Vector]) -> str:
    """Return a fault if two changes far apart add up, as in an average of the vectors of parts."""
    base, first, second = rows[_BASE], *(rows[_CHANGED[part]] for part in _ENDS)
    together = rows[_TOGETHER]
    if outside(together, [base, first, second]) > _ADDITIVE * outside(together, [base]):
        return ""
    return (
        f"The vector of a text of {LONGEST:,} tokens is an average of the vectors of its parts: changes of two parts "
        f"do not affect each other. {_SPLIT}"
    )


def _patched(rows: Mapping[str, Vector]) -> str:
    """Return a fault if a change leaves many numbers as they are, as the largest of the vectors of parts does."""
    left = min(kept(rows[_BASE], rows[_CHANGED[part]]) for part in _ENDS)
    if left < _KEPT or len({*rows[_BASE]}) < recorded.COARSE:
        return ""
    return (
        f"A change of a tenth of a text of {LONGEST:,} tokens leaves {left:.0%} of the numbers of its "
        f"vector as they are: the vectors of its parts are put together number by number. {_SPLIT}"
    )


_SPLIT = "It is another model, or another one answers long texts: split them before they are sent."


def _silent(pair: Pair) -> str:
    return (
        f"Texts of {pair.tokens:,} tokens are truncated and not reported: two of them that differ after "
        f"{pair.shared:,} tokens have the same vector. Set MAX_TEXT_TOKENS to the number that --find-limit finds, "
        f"which is at most {pair.shared:,}."
    )


def _unread(parts: Sequence[range]) -> str:
    places = " and ".join(f"{place.start + 1:,} to {place.stop:,}" for place in joined(parts, _STEP))
    return (
        f"The model does not read the tokens {places} of texts of {LONGEST:,} tokens: two of them that differ in "
        "nothing else have the same vector. Split long texts before they are sent."
    )


def _read(lost: Sequence[Pair]) -> str:
    kept = _sizes([pair for pair in PAIRS if pair not in lost])
    read = f"The end of texts of {kept} tokens changes their vectors." if kept else ""
    cut = f"Texts of {_sizes(lost)} tokens are truncated, and reported as such." if lost else ""
    return f"{read} {cut}".strip()


def _sizes(pairs: Sequence[Pair]) -> str:
    return " and ".join(f"{pair.tokens:,}" for pair in pairs)
