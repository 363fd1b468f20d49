"""The length at which the model stops reading, found by bisection.

What the model does not read does not change the vector: two texts that differ only there have the same one.
"""

from collections.abc import Callable

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model.filler import MARKS, filler, with_tail
from embedder_cli.doctor.results import Result, Status
from embedder_cli.doctor.vectors import same

LONGEST = 8_192  # tokens: the largest MAX_TEXT_TOKENS
CALLS = 1 + (LONGEST - 1).bit_length()  # the longest text, then one per halving
TEXTS = CALLS * 2

_SAME_COSINE = 0.99995
_TAIL = 500  # tokens behind the texts of the bisection


def bisect(holds: Callable[[int], bool], longest: int = LONGEST) -> int | None:
    """Return the smallest number for which `holds` is true; None if it is not for the longest."""
    if not holds(longest):
        return None
    low, high = 0, longest
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def find(endpoint: Endpoint) -> Result:
    """Find the number of tokens that the model reads, in at most CALLS requests."""

    def ignores_tail(tokens: int) -> bool:
        short, long = endpoint.embed([filler(tokens), with_tail(tokens, _TAIL)], patient=True)
        return same(short, long, least=_SAME_COSINE)

    cost = f"at most {CALLS} requests with {TEXTS} texts"
    found = bisect(ignores_tail)
    if found is None:
        detail = f"No text of up to {LONGEST:,} tokens is truncated ({cost})."
        return Result("truncation", Status.NOTE, detail, {"tokens": None})
    detail = (
        f"Texts are truncated after {found:,} tokens, or {found + MARKS:,} with the two that mark beginning and end: "
        f"set MAX_TEXT_TOKENS to {found:,} ({cost})."
    )
    return Result("truncation", Status.NOTE, detail, {"tokens": found})
