"""A fake of the real model: what it returned to the recorded texts, and exact vectors for other texts.

The lexical emulator ignores case, white space and order. The real model does not, so the fake adds a vector that
depends on every character.
"""

import json
import math
import struct
from base64 import b64decode
from functools import cache, lru_cache
from hashlib import shake_128
from pathlib import Path

from emulator import lexical

DATA = Path(__file__).parent / "data"
RECORDED = (DATA / "embeddinggemma-vectors.jsonl", DATA / "embeddinggemma-vectors-more.jsonl")
MESSAGES = (DATA / "support-messages-texts.jsonl", DATA / "support-messages-float16.txt")
_WEIGHT = 0.2  # of the characters: two texts with the same words have a cosine of about 0.96


@cache
def recorded() -> dict[str, list[float]]:
    """Return what EmbeddingGemma-300M returned, by text with its prompt."""
    lines = [line for path in RECORDED for line in path.read_text(encoding="utf-8").splitlines()]
    return {item["text"]: item["vector"] for item in map(json.loads, lines)} | _messages()


def _messages() -> dict[str, list[float]]:
    """Return the vectors of some messages of a support desk: half precision, with length 1 again."""
    texts, vectors = (path.read_text(encoding="utf-8").splitlines() for path in MESSAGES)
    found = {}
    for item in map(json.loads, texts):
        vector = struct.unpack("<768e", b64decode(vectors[item["line"]]))
        length = math.hypot(*vector)
        found[item["text"]] = [value / length for value in vector]
    return found


def embed(text: str) -> list[float]:
    """Return the recorded vector, or one that is the same for the same text only."""
    return recorded().get(text) or _exact(text)


@lru_cache(2_000)
def _exact(text: str) -> list[float]:
    digest = shake_128(text.encode("utf-8", "surrogatepass")).digest(lexical.DIMENSIONS)
    scale = _WEIGHT / math.sqrt(lexical.DIMENSIONS)
    signs = (scale if byte % 2 else -scale for byte in digest)
    vector = [value + sign for value, sign in zip(lexical.embed(text), signs, strict=True)]
    length = math.hypot(*vector)
    return [value / length for value in vector]
