"""Vectors from letters, without a model: hashed words and character n-grams. No I/O.

Texts that share words get similar vectors, and the same text always gets the same one. That is all they know: a
synonym is as far away as any other word.
"""

import math
import re
from zlib import crc32

DIMENSIONS = 768
_WORD = re.compile(r"\w+|[^\w\s]")
_PROMPT = re.compile(r"(?:task: (?P<task>[^|]{1,40}) \| query: |title: (?P<title>[^|]{0,400}) \| text: )")
_NGRAM = 3
_WORD_WEIGHT = 1.0
_NGRAM_WEIGHT = 0.35
_TASK_WEIGHT = 0.15  # a prompt moves a vector a little, as it does in the model
_FLOOR = 0.01  # no number is zero, so that a vector can be cut anywhere


def content(text: str) -> str:
    """Return `text` without EmbeddingGemma's prompt; a title stays."""
    found = _PROMPT.match(text)
    if not found:
        return text
    title = found["title"]
    return f"{title} {text[found.end() :]}" if title and title != "none" else text[found.end() :]


def embed(text: str) -> list[float]:
    """Return 768 numbers of unit length."""
    vector = [_FLOOR if place % 2 else -_FLOOR for place in range(DIMENSIONS)]
    prompt = _PROMPT.match(text)
    if prompt:
        _add(vector, prompt["task"] or "document", _TASK_WEIGHT)
    for word, weight in _features(content(text)).items():
        _add(vector, word, weight)
    length = math.sqrt(math.fsum(value * value for value in vector))
    return [round(value / length, 9) for value in vector]


def _features(text: str) -> dict[str, float]:
    """Count words and n-grams; a word that comes often weighs more, but less than in proportion."""
    counts: dict[str, float] = {}
    for word in _WORD.findall(text.lower()) or [text]:
        # short words say little
        weight = _WORD_WEIGHT * min(len(word), 6) / 6
        counts[word] = counts.get(word, 0.0) + weight
        padded = f"^{word}$"
        for start in range(len(padded) - _NGRAM + 1):
            gram = "#" + padded[start : start + _NGRAM]
            counts[gram] = counts.get(gram, 0.0) + _NGRAM_WEIGHT * weight
    return {name: math.sqrt(count) for name, count in counts.items()}


def _add(vector: list[float], feature: str, weight: float) -> None:
    """Hash a feature to three places with signs, so that two features rarely cancel each other."""
    digest = crc32(feature.encode("utf-8", "surrogatepass"))
    for place in (digest % 769, digest // 769 % 769, digest // 591_361 % 769):
        vector[place % DIMENSIONS] += weight if digest & 1 else -weight
        digest >>= 1
