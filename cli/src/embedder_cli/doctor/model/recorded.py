"""Recorded vectors of the model, and the comparison with them.

recorded.json has what EmbeddingGemma-300M returned in float32 on a CPU: by text, base64 of 768 float16 numbers.
shortened.json has the same of more texts, in five languages: the first 256 numbers in eight bits, which turns a vector
by a cosine of at least 0.9998.
"""

import json
import struct
from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.results import Result, Status, verdict
from embedder_cli.doctor.vectors import Vector, cosine, length

UNEVEN = 1.01  # the longest vector divided by the shortest one
LEAST = 0.999  # a cosine: numbers that are rounded to three decimals have 0.9999, and Workers AI's precision is unknown
SIZE = 256  # numbers of a shortened vector: enough to tell texts apart, and a third of the answer
AGAIN = 5  # texts of the last call
DIMENSIONS = 768
# Of a dimension, the square of what differs by the square of what is recorded. A model at LEAST has about 0.02 in the
# dimension with the smallest numbers; a dimension that is 0 has 1, and one with the other sign 4.
_OFF = 0.15
COARSE = 200  # different numbers of a vector; in half precision there are about 700, in 8 bits about 120
_ROUNDED = "Their numbers are rounded, to eight bits or three decimals."
_REVERSED = (
    "All signs are reversed: the vectors are the recorded ones times -1. Do not mix them with stored vectors; write "
    "all again."
)


@cache
def vectors() -> dict[str, Vector]:
    """Return the recorded vectors by text, with its prompt if it has one."""
    return {text: struct.unpack(f"<{DIMENSIONS}e", numbers) for text, numbers in _read("recorded.json")}


@cache
def shortened() -> dict[str, Vector]:
    """Return the first 256 numbers of all recorded vectors, those of `vectors` first. Their length is not 1."""
    full = {text: vector[:SIZE] for text, vector in vectors().items()}
    return full | {text: struct.unpack(f"{SIZE}b", numbers) for text, numbers in _read("shortened.json")}


def _read(name: str) -> list[tuple[str, bytes]]:
    texts: dict[str, str] = json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return [(text, b64decode(numbers)) for text, numbers in texts.items()]


def matches(endpoint: Endpoint) -> Result:
    """Compare the vectors of the service with the recorded ones, text by text."""
    expected = vectors()
    rows = endpoint.embed([*expected])
    found = {text: cosine(row, vector) for (text, vector), row in zip(expected.items(), rows, strict=True)}
    lowest = min(found.values())
    figures: dict[str, object] = {"cosines": {text: round(value, 4) for text, value in found.items()}}
    if lowest < LEAST:
        return Result("recorded vectors", Status.FAIL, _difference(found), figures)
    off = _off([*expected.values()], rows)
    numbers = max(len({*row}) for row in rows)
    figures |= {"numbers": numbers, "dimension_off": round(max(off), 4)}
    if fault := _dimensions(off) or uneven([*map(length, rows)]):
        return Result("recorded vectors", Status.FAIL, fault, figures)
    good = f"{len(found)} texts have their recorded vectors (lowest cosine: {lowest:.4f}; at least: {LEAST})."
    if numbers < COARSE:
        return Result("recorded vectors", Status.NOTE, f"{good} {_ROUNDED}", figures)
    return Result("recorded vectors", Status.OK, good, figures)


def _off(expected: Sequence[Vector], rows: Sequence[Vector]) -> list[float]:
    """Return how far each dimension of all texts is from the recorded one. The lengths of vectors do not matter."""
    scales = [1 / (length(row) or 1) for row in rows]
    found = [[value * scale for value in row] for row, scale in zip(rows, scales, strict=True)]
    pairs = zip(zip(*expected, strict=True), zip(*found, strict=True), strict=True)
    return [
        sum((own - other) ** 2 for own, other in zip(one, two, strict=True)) / (sum(own * own for own in one) or 1)
        for one, two in pairs
    ]


def _dimensions(off: Sequence[float]) -> str:
    wrong = [str(at) for at, share in enumerate(off) if share > _OFF]
    if not wrong:
        return ""
    return (
        f"{len(wrong)} of {len(off)} dimensions do not have their recorded numbers, counted from 0: "
        f"{', '.join(wrong[:5])}. Something changes the vectors: do not mix them with stored ones."
    )


def uneven(lengths: Sequence[float]) -> str:
    """Return a fault if vectors have different lengths."""
    if max(lengths) <= min(lengths) * UNEVEN:
        return ""
    return (
        f"Vectors have different lengths, from {min(lengths):.4f} to {max(lengths):.4f}. Divide a vector "
        "by its length before it is compared by a dot product."
    )


def again(endpoint: Endpoint) -> Result:
    """Compare some vectors after all other calls: another model may answer now, or something repeats wrongly."""
    expected = [*vectors().items()][:AGAIN]
    rows = endpoint.embed([text for text, _ in expected])
    lowest = min(cosine(row, vector) for row, (_, vector) in zip(rows, expected, strict=True))
    return verdict(
        "repeated texts",
        lowest >= LEAST,
        f"After {endpoint.model_calls} calls of the model, texts have the vectors that they had before.",
        f"After {endpoint.model_calls} calls of the model, texts that were sent before have other vectors (lowest "
        f"cosine with the recorded ones: {lowest:.4f}; at least: {LEAST}). Run the doctor again; if it stays, open an "
        "issue.",
        lowest=round(lowest, 4),
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
