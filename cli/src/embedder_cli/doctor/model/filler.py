"""Texts whose number of tokens is known.

Each word is one token of Gemma 3's tokenizer, with the space before it (counted with the tokenizer, up to 8,192 words).
The model adds one token at the beginning and one at the end.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, count, cycle, islice, pairwise

MARKS = 2  # tokens that the model adds to each text

_WORDS = (
    "lantern harbour quiet meadow engine copper winter orchard signal marble river window garden thunder velvet "
    "compass shadow bridge candle forest mirror island pepper ladder"
).split()
# The words of another subject, by their number of letters: a text is as long with them as without.
_OTHERS = {5: ("court",), 6: ("budget", "strike", "treaty", "tariff"), 7: ("railway", "senator")}


def filler(tokens: int) -> str:
    """Return a text of `tokens` words, in an order that seldom repeats."""
    return " ".join(islice(_words(), tokens))


def backwards(tokens: int) -> str:
    """Return the words of `filler` from the last to the first."""
    return " ".join([*islice(_words(), tokens)][::-1])


def others() -> str:
    """Return the words of the other subject."""
    return " ".join(chain(*_OTHERS.values()))


def with_tail(tokens: int, tail: int) -> str:
    """Return the filler of `tokens` words, and behind it `tail` words of another subject."""
    return with_others(tokens + tail, range(tokens, tokens + tail))


def with_others(tokens: int, *places: range) -> str:
    """Return the filler of `tokens` words, of which those at `places` are of another subject."""
    words = [*islice(_words(), tokens)]
    for indexes in places:
        instead = {letters: cycle(others) for letters, others in _OTHERS.items()}
        for at in indexes:
            words[at] = next(instead[len(words[at])])
    return " ".join(words)


def every_second(tokens: int, first: int) -> str:
    """Return the filler of `tokens` words, of which every second one is of another subject, from `first` on."""
    instead = cycle(("court", "treaty", "senator", "budget"))
    return " ".join(next(instead) if at % 2 == first else word for at, word in enumerate(islice(_words(), tokens)))


def joined(parts: Sequence[range], step: int) -> Iterator[range]:
    """Yield ranges of words, those that begin `step` words after each other as one."""
    start = parts[0].start
    for part, following in pairwise([*parts, None]):
        if part and (following is None or following.start != part.start + step):
            yield range(start, part.stop)
            start = following.start if following else start


def _words() -> Iterator[str]:
    for turn in count():
        yield _WORDS[turn % 24]
        yield _WORDS[turn % 23]
