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
_TAIL = "parliament election budget minister inflation railway strike treaty court senator currency tariff".split()


def filler(tokens: int) -> str:
    """Return a text of `tokens` words, in an order that seldom repeats."""
    return " ".join(islice(_words(), tokens))


def with_tail(tokens: int, tail: int) -> str:
    """Return the filler of `tokens` words, and behind it `tail` words of another subject."""
    return f"{filler(tokens)} {' '.join(islice(cycle(_TAIL), tail))}"


def _words() -> Iterator[str]:
    for turn in count():
        yield _WORDS[turn % 24]
        yield _WORDS[turn % 23]
