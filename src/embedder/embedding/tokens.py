"""Estimate how many Gemma tokens a text has: arithmetic over its characters, no I/O and no vocabulary.

The tokenizer of Gemma 3 has 262,144 pieces (https://arxiv.org/abs/2503.19786), too many to ship with a Worker. The
estimate counts words, letters, signs and scripts, and multiplies each count by a weight. `python -m tools.tokens` fits
the weights to exact counts for prose in 400 languages, source code, and generated texts such as DNA and random symbols.
"""

from collections.abc import Awaitable, Callable
from math import inf
from operator import mul
from typing import Final

from embedder.embedding.token_counts import count, count_english
from embedder.embedding.token_weights import WEIGHTS

_BUDGET: Final = 80_000  # characters of a request that are looked at
_LEAST: Final = 40  # characters of a text that are looked at, however many texts there are
_PART: Final = 512  # texts that are counted at a time
_PIECE: Final = 512  # characters of a piece of a sample, if the sample has more


def estimate(text: str) -> int:
    """About how many tokens the text has, without the two that mark beginning and end.

    0 for an empty text. Otherwise 1 to the number of UTF-8 bytes.
    """
    return _estimate(text, _BUDGET)


async def measure_many(
    texts: list[str], limit: float, yield_to_others: Callable[[], Awaitable[object]]
) -> tuple[int, list[int]]:
    """Return what `measure` does. Other requests run between parts of the texts."""
    size = sum(map(len, texts))
    if size <= _BUDGET:
        return measure(texts, limit)
    total, over = 0, []
    for start in range(0, len(texts), _PART):
        if start:
            await yield_to_others()
        count, long = measure(texts[start : start + _PART], limit, size)
        total += count
        over += [start + index for index in long]
    return total, over


def measure(texts: list[str], limit: float = inf, whole: int = 0) -> tuple[int, list[int]]:
    """Return about how many tokens the texts of a request have, and the indexes of those that have more than `limit`.

    All characters are counted if there are up to 80,000. Otherwise a sample of each text is, in proportion to its
    length. This bounds time and memory. English texts that are too short to have more than `limit` are counted
    together: a short text costs more in calls than in characters.

    `whole` is the number of characters of the request, if `texts` are a part of it.
    """
    size = whole or sum(map(len, texts))
    if len(texts) > 1 and size <= _BUDGET and max(map(len, texts)) <= limit and (counts := count_english(texts)):
        together = sum(map(mul, counts.values(), map(WEIGHTS.__getitem__, counts)))
        return max(len(texts) - texts.count(""), round(together)), []
    each = [_estimate(text, max(_LEAST, len(text) * _BUDGET // max(size, _BUDGET))) for text in texts]
    return sum(each), [index for index, tokens in enumerate(each) if tokens > limit]


def _estimate(text: str, budget: int) -> int:
    """Estimate the tokens of one text by counting up to `budget` characters."""
    size = len(text)
    sample = text if size <= budget else _sample(text, budget)
    counts = count(sample)
    tokens = sum(map(mul, counts.values(), map(WEIGHTS.__getitem__, counts)))
    if sample is not text:
        tokens *= size / len(sample)
    if tokens > size:  # a byte is the smallest piece there is
        tokens = min(tokens, len(text.encode("utf-8", "surrogatepass")))
    return round(tokens) or (1 if text else 0)


def _sample(text: str, size: int) -> str:
    """Return `size` characters of `text`, in pieces from the middle of all its parts."""
    pieces = -(-size // _PIECE)
    length, step = size // pieces, len(text) // pieces
    first = (step - length) // 2  # not the beginning: many texts begin with the same prompt
    return "".join([text[start : start + length] for start in range(first, pieces * step, step)])
