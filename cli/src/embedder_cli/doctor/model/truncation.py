"""The length at which the model truncates a text, found by bisection.

A tail behind that length does not change the vector: text[:n] and text[:n] + tail have the same one. The smallest such
n is where the model stops reading.
"""

from collections.abc import Callable
from itertools import cycle, islice

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.results import Result, Status
from embedder_cli.doctor.vectors import same

LONGEST = 48_000  # characters: four times what fits into a limit of 2,048 tokens
RESOLUTION = 50  # characters
STEPS = 1 + (LONGEST // RESOLUTION - 1).bit_length()  # the longest text, then one per halving
CALLS = STEPS + 1  # one for the token estimate
TEXTS = STEPS * 2 + 1

_COST = f"at most {CALLS} requests with {TEXTS} texts"
_SAME_COSINE = 0.99995
_WORDS = (
    "harbour lantern quiet meadow engine copper winter orchard signal marble river window garden thunder velvet "
    "compass shadow bridge candle forest mirror island pepper ladder"
).split()
_TAIL = " Stock prices of tin and zinc fell; 4711 voters in Ulm said no!" * 30


def filler(characters: int) -> str:
    """Return English words in an order that seldom repeats."""
    words = (f"{word} {_WORDS[turn % 23]}" for turn, word in enumerate(cycle(_WORDS)))
    return " ".join(islice(words, characters // 8))[:characters].ljust(characters, "a")


def bisect(holds: Callable[[int], bool], longest: int = LONGEST, resolution: int = RESOLUTION) -> int | None:
    """Return the smallest length for which `holds` is true, at most `resolution` too large; None if it never is."""
    if not holds(longest):
        return None
    low, high = 0, longest
    while high - low > resolution:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def find(endpoint: Endpoint) -> Result:
    """Find the length, in at most CALLS requests."""
    text = filler(LONGEST)

    def ignores_tail(characters: int) -> bool:
        short, long = endpoint.embed([text[:characters], text[:characters] + _TAIL])
        return same(short, long, least=_SAME_COSINE)

    found = bisect(ignores_tail)
    if found is None:
        detail = f"No text of up to {LONGEST:,} characters is truncated ({_COST})."
        return Result("truncation", Status.NOTE, detail, {"characters": None})
    tokens = _estimate(endpoint, text[:found])
    where = f"Texts are truncated after {found:,} characters of English words, about {tokens:,} tokens"
    detail = f"{where}: set MAX_TEXT_TOKENS to that number ({_COST})."
    return Result("truncation", Status.NOTE, detail, {"characters": found, "tokens": tokens})


def _estimate(endpoint: Endpoint, text: str) -> int:
    """Return the service's own estimate of the tokens of a text, which it compares with MAX_TEXT_TOKENS."""
    return endpoint.ask("POST", "/embed", {"text": text}).tokens or 0
