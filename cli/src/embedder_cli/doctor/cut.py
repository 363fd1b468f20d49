"""Where the model cuts a text that is too long, found by bisection.

A tail that lies behind the cut does not move the vector: text[:n] and text[:n] + tail have the same one. The smallest
such n is where the model stops reading.
"""

from collections.abc import Callable
from itertools import cycle, islice

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.maths import same
from embedder_cli.doctor.results import Result, Status

LONGEST = 48_000  # characters: four times what a limit of 2,048 tokens lets through
RESOLUTION = 50  # characters
STEPS = 1 + (LONGEST // RESOLUTION - 1).bit_length()  # one at the far end, then halves
CALLS = STEPS + 1  # and one for the estimate of its tokens
TEXTS = STEPS * 2 + 1

_COST = f"at most {CALLS} requests with {TEXTS} texts"
_SAME_COSINE = 0.99995
_WORDS = (
    "harbour lantern quiet meadow engine copper winter orchard signal marble river window garden thunder velvet "
    "compass shadow bridge candle forest mirror island pepper ladder"
).split()
_TAIL = " Stock prices of tin and zinc fell; 4711 voters in Ulm said no!" * 30


def filler(characters: int) -> str:
    """Return English words in an order that does not soon repeat."""
    words = (f"{word} {_WORDS[turn % 23]}" for turn, word in enumerate(cycle(_WORDS)))
    return " ".join(islice(words, characters // 8))[:characters].ljust(characters, "a")


def bisect(unmoved: Callable[[int], bool], longest: int = LONGEST, resolution: int = RESOLUTION) -> int | None:
    """Return the smallest length for which `unmoved` holds, at most `resolution` too large; None if it never does."""
    if not unmoved(longest):
        return None
    low, high = 0, longest
    while high - low > resolution:
        middle = (low + high) // 2
        low, high = (low, middle) if unmoved(middle) else (middle, high)
    return high


def find(endpoint: Endpoint) -> Result:
    """Look for the cut, in CALLS requests."""
    text = filler(LONGEST)

    def unmoved(characters: int) -> bool:
        short, long = endpoint.embed([text[:characters], text[:characters] + _TAIL])
        return same(short, long, least=_SAME_COSINE)

    found = bisect(unmoved)
    if found is None:
        detail = f"No text of up to {LONGEST:,} characters is cut ({_COST})."
        return Result("cut", Status.NOTE, detail, {"characters": None})
    tokens = _estimate(endpoint, text[:found])
    where = f"After {found:,} characters of English words, {tokens:,} tokens by estimate"
    detail = f"{where}: MAX_TEXT_TOKENS belongs there ({_COST})."
    return Result("cut", Status.NOTE, detail, {"characters": found, "tokens": tokens})


def _estimate(endpoint: Endpoint, text: str) -> int:
    """Return the service's own estimate of the tokens of a text, which is what MAX_TEXT_TOKENS is compared with."""
    header = endpoint.ask("POST", "/embed", {"text": text}).headers.get("x-embedding-tokens", "")
    number = header.partition(";")[0]
    return int(number) if number.isdecimal() else 0
