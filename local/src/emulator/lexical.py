"""The lexical emulator: vectors without a model, from hashed words and character n-grams.

Texts with common words get similar vectors, and equal texts get equal vectors. Meaning is ignored: a synonym is as
distant as any other word.
"""

import math
import re
from collections import Counter
from functools import lru_cache
from zlib import crc32

DIMENSIONS = 768
_WORD = re.compile(r"\w+|[^\w\s]")
_PROMPT = re.compile(r"(?:task: (?P<task>[^|]{1,40}) \| query: |title: (?P<title>[^|]{0,400}) \| text: )")
_NGRAM = 4
_NGRAM_WEIGHT = 0.1
_COMMON_WEIGHT = 0.15
_POSITIONS = 8  # numbers of the vector per feature; several, so that two features rarely collide
_TASK_WEIGHT = 0.15  # a prompt changes a vector slightly, as in the model
_FLOOR = 0.01  # of every number, so that a shortened vector is never all zeros
_CACHED_FEATURES = 20_000
_TOKENS = 2_048  # that the model reads (model card)
_ASCII_CHARS, _OTHER_CHARS = 6, 2  # of a word for each token

# Stop words: they are in most English texts and get a low weight.
_COMMON = frozenset(
    (
        "a an and are as at be been but by can could do does for from had has have he her his i if in into is it its "
        "may more must no not of on one only or other our she should so some such than that the their them then there "
        "these they this to up us use used using was we were what when where which who will with would you your"
    ).split()
)


def content(text: str) -> str:
    """Return `text` without the prompt of EmbeddingGemma. A title is kept."""
    found = _PROMPT.match(text)
    if not found:
        return text
    title = found["title"]
    return f"{title} {text[found.end() :]}" if title and title != "none" else text[found.end() :]


def embed(text: str) -> list[float]:
    """Return a vector of 768 numbers and length 1."""
    values: dict[int, float] = {}  # of the indexes that are not at the floor
    prompt = _PROMPT.match(text)
    if prompt:
        _add(values, prompt["task"] or "document", _TASK_WEIGHT)
    for word, weight in _features(content(text)).items():
        _add(values, word, weight)
    squares = math.fsum(value * value for value in values.values())
    length = math.sqrt(squares + (DIMENSIONS - len(values)) * _FLOOR**2)
    floor = round(_FLOOR / length, 9)
    vector = [-floor, floor] * (DIMENSIONS // 2)
    for index, value in values.items():
        vector[index] = round(value / length, 9)
    return vector


def _features(text: str) -> dict[str, float]:
    """Return the weight of each word and n-gram. It grows with the square root of the count."""
    counts: dict[str, float] = {}
    for word, times in Counter(_read(text)).items():
        weight = times * _weight(word)
        counts[word] = counts.get(word, 0.0) + weight
        padded = f"^{word}$"
        for start in range(len(padded) - _NGRAM + 1):
            gram = "#" + padded[start : start + _NGRAM]
            counts[gram] = counts.get(gram, 0.0) + _NGRAM_WEIGHT * weight
    return {name: math.sqrt(count) for name, count in counts.items()}


def _read(text: str) -> list[str]:
    """Return the words that the model would read, by a rough count of its tokens. It ignores the rest silently."""
    words: list[str] = []
    left = _TOKENS
    for found in _WORD.finditer(text.lower()):
        word = found[0]
        size = _ASCII_CHARS if word.isascii() else _OTHER_CHARS
        words.append(word[: left * size])
        left -= -(-len(word) // size)
        if left <= 0:
            break
    return words or [text]


def _weight(word: str) -> float:
    """Return the weight of a word. Long words are usually rare, so they weigh more."""
    return _COMMON_WEIGHT if word in _COMMON else (min(len(word), 10) / 6) ** 1.5


def _add(values: dict[int, float], feature: str, weight: float) -> None:
    for index, sign in _positions(feature):
        values[index] = values.get(index, _FLOOR if index % 2 else -_FLOOR) + sign * weight


@lru_cache(_CACHED_FEATURES)
def _positions(feature: str) -> tuple[tuple[int, int], ...]:
    """Hash a feature to indexes and signs. A checksum seeds a linear congruential generator."""
    state = crc32(feature.encode("utf-8", "surrogatepass"))
    found = []
    for _ in range(_POSITIONS):
        state = (state * 1_664_525 + 1_013_904_223) & 0xFFFFFFFF
        found.append(((state >> 8) % DIMENSIONS, 1 if state >> 31 else -1))
    return tuple(found)
