"""Estimate how many Gemma tokens a text has: arithmetic over its characters, no I/O and no vocabulary.

The tokenizer of Gemma 3 has 262,144 pieces (https://arxiv.org/abs/2503.19786), too many to ship with a Worker. The
estimate counts words, letters, signs and scripts, and multiplies each count by a weight. `python -m tools.tokens` fits
the weights to exact counts for prose in 400 languages, source code, and generated texts such as DNA and random symbols.
"""

from typing import Final

from embedder.embedding.token_counts import count
from embedder.embedding.token_weights import WEIGHTS

_BUDGET: Final = 80_000  # characters of a request that are looked at
_LEAST: Final = 40  # characters of a text that are looked at, however many texts there are
_PIECE: Final = 512  # characters of a piece of a sample, if the sample has more


def estimate(text: str) -> int:
    """About how many tokens the text has, without the two that mark beginning and end.

    0 for an empty text. Otherwise 1 to the number of UTF-8 bytes.
    """
    return _estimate(text, _BUDGET)


def estimates(texts: list[str]) -> list[int]:
    """Estimate the tokens of each text of a request.

    All characters of a request are counted if there are up to 80,000. Otherwise a sample of each text is, in
    proportion to its length. This bounds time and memory.
    """
    size = sum(map(len, texts))
    if size <= _BUDGET:
        return [_estimate(text, _BUDGET) for text in texts]
    return [_estimate(text, max(_LEAST, len(text) * _BUDGET // size)) for text in texts]


def _estimate(text: str, budget: int) -> int:
    """Estimate the tokens of one text by counting up to `budget` characters."""
    size = len(text)
    sample = text if size <= budget else _sample(text, budget)
    tokens = 0.0
    for name, number in count(sample).items():
        tokens += number * WEIGHTS[name]
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
