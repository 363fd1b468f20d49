"""Texts whose number of tokens is known.

Each word is one token of Gemma 3's tokenizer, with the space before it (counted with the tokenizer, up to 8,192 words).
The model adds one token at the beginning and one at the end.
"""

from collections.abc import Iterator
from itertools import count, cycle, islice

MARKS = 2  # tokens that the model adds to each text

_WORDS = (
    "lantern harbour quiet meadow engine copper winter orchard signal marble river window garden thunder velvet "
    "compass shadow bridge candle forest mirror island pepper ladder"
).split()
_OTHERS = "parliament election budget minister inflation railway strike treaty court senator currency tariff".split()


def filler(tokens: int) -> str:
    """Return a text of `tokens` words, in an order that seldom repeats."""
    return " ".join(islice(_words(), tokens))


def with_tail(tokens: int, tail: int) -> str:
    """Return the filler of `tokens` words, and behind it `tail` words of another subject."""
    return with_others(tokens + tail, tokens, tail)


def with_others(tokens: int, at: int, number: int) -> str:
    """Return the filler of `tokens` words, of which `number` words from the index `at` are of another subject."""
    words = [*islice(_words(), tokens)]
    words[at : at + number] = islice(cycle(_OTHERS), number)
    return " ".join(words)


def _words() -> Iterator[str]:
    for turn in count():
        yield _WORDS[turn % 24]
        yield _WORDS[turn % 23]
