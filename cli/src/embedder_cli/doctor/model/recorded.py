"""Recorded vectors of the model, and the comparison with them.

recorded.json has what EmbeddingGemma-300M returned in float32 on a CPU: by text, base64 of 768 float16 numbers.
"""

import json
import struct
from base64 import b64decode
from functools import cache
from importlib.resources import files

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.results import Result, verdict
from embedder_cli.doctor.vectors import Vector, cosine

LEAST = 0.999  # a cosine: numbers that are rounded to three decimals have 0.9999, and Workers AI's precision is unknown
_DIMENSIONS = 768
_REVERSED = (
    "All signs are reversed: the vectors are the recorded ones times -1. Do not mix them with stored vectors; write "
    "all again."
)


@cache
def vectors() -> dict[str, Vector]:
    """Return the recorded vectors by text, with its prompt if it has one."""
    texts: dict[str, str] = json.loads(files(__package__).joinpath("recorded.json").read_text(encoding="utf-8"))
    return {text: struct.unpack(f"<{_DIMENSIONS}e", b64decode(numbers)) for text, numbers in texts.items()}


def matches(endpoint: Endpoint) -> Result:
    """Compare the vectors of the service with the recorded ones, text by text."""
    expected = vectors()
    rows = endpoint.embed([*expected])
    found = {text: cosine(row, vector) for (text, vector), row in zip(expected.items(), rows, strict=True)}
    lowest = min(found.values())
    return verdict(
        "recorded vectors",
        lowest >= LEAST,
        f"{len(found)} texts have their recorded vectors (lowest cosine: {lowest:.4f}; at least: {LEAST}).",
        _difference(found),
        cosines={text: round(value, 4) for text, value in found.items()},
    )


def _difference(found: dict[str, float]) -> str:
    if max(found.values()) <= -LEAST:
        return _REVERSED
    wrong = [f"{_named(text)} {value:.4f}" for text, value in found.items() if value < LEAST]
    return (
        f"{len(wrong)} of {len(found)} texts do not have their recorded vectors (cosine of at least {LEAST}): "
        f"{', '.join(wrong[:3])}. It is another model, or it reads other tokens: do not mix its vectors with stored "
        "ones."
    )


def _named(text: str) -> str:
    return json.dumps(text if len(text) <= 32 else f"{text[:29]}...", ensure_ascii=False)
