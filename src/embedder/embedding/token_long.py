"""Long words, for the token estimate: compounds, joined words, and text without words, such as DNA."""

import re
from itertools import pairwise
from typing import Final

from embedder.embedding.token_runs import RUN_OF_LETTERS, cut_equal, cut_equal_bytes
from embedder.embedding.token_words import CLASSES

# Few words have 16 letters of one case. What has is a compound, joined words, or has no words: DNA, random letters.
_LONG: Final = 16
_LONG_RUN: Final = re.compile(rb"a+|A+")
LONG_WORD, _MARKED = b"a" * _LONG, b"m" * _LONG
# The 80 most frequent pairs of letters in European languages make up half of a word, and a tenth of random letters.
_PAIRS: Final = frozenset(
    (first, second)
    for first, second in map(
        str.encode,
        "er en te de re on in es an ti nt al le st se el ri at ta ge li ne ar nd is or me la ie di ma ra et ve ng it "
        "ch io as co to ni il si ad ll ed ig ic un na ss ro da ec em pr sa be od ut ei ko tt rt he ou va tr os ur po "
        "pe ns pa am".split(),
    )
)
_SAMPLE: Final = 96  # letters whose pairs are looked at
_PERIOD: Final = 16  # letters of a pattern that is repeated, as in "hahaha"
_FEW: Final = 6  # different letters: DNA or a repeated letter, not words
_PAIRLESS: Final = 0.23  # the most pairs of such letters that count, because their tokens depend little on them


def cut_long(raw: bytes, counts: dict[str, float]) -> bytes:
    """Count the letters of long words, and return the text without them."""
    shape = raw.translate(CLASSES)
    if _MARKED in shape:
        raw = cut_equal(raw.decode("latin-1"), counts).encode("latin-1")
        shape = raw.translate(CLASSES)
    rest, words, end = [], [], 0
    for start, stop in sorted([*_spans(shape, b"a"), *_spans(shape, b"A")]):
        rest.append(raw[end:start])
        words.append(raw[start:stop])
        end = stop
    if words:
        _count_long(b" ".join(words), counts)
    return b"".join([*rest, raw[end:]])


def _spans(shape: bytes, letter: bytes) -> list[tuple[int, int]]:
    """Where the long runs of a class begin and end."""
    spans, end, run = [], 0, letter * _LONG
    while (start := shape.find(run, end)) >= 0:
        match = _LONG_RUN.match(shape, start)
        end = match.end() if match else start + _LONG
        spans.append((start, end))
    return spans


def _count_long(words: bytes, counts: dict[str, float]) -> None:
    """Count the letters of long words, and those that begin a frequent pair, judged by the first ones."""
    few = len(set(words[:_SAMPLE])) <= _FEW
    words = cut_equal_bytes(words, RUN_OF_LETTERS, counts) if few else words
    letters = len(words) - words.count(b" ")
    if not letters:
        return
    sample = words[:_SAMPLE].lower()
    share = sum(map(_PAIRS.__contains__, pairwise(sample))) / len(sample)
    if few or 0 < sample.find(sample[:_PERIOD], 1) <= _PERIOD:
        share = min(share, _PAIRLESS)
    counts["long"], counts["long pairs"] = letters, share * letters
