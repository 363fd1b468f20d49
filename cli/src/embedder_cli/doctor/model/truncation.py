"""Whether the model reads long texts to their end, and the length at which it stops, found by bisection.

What the model does not read does not change the vector: two texts that differ only there have the same one.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model.filler import MARKS, filler, with_others, with_tail
from embedder_cli.doctor.results import Result, Status
from embedder_cli.doctor.vectors import same
from embedder_cli.service import truncated

LONGEST = 8_192  # tokens: the largest MAX_TEXT_TOKENS
CALLS = 1 + (LONGEST - 1).bit_length()  # the longest text, then one per halving
TEXTS = CALLS * 2

_SAME_COSINE = 0.99995
_TAIL = 500  # tokens behind the texts of the bisection


class _Pair(NamedTuple):
    """Two texts of `tokens` tokens. Those from the index `shared` on differ: `differing` of them."""

    tokens: int
    shared: int
    differing: int

    def texts(self) -> tuple[str, str]:
        return filler(self.tokens), with_others(self.tokens, self.shared, self.differing)


# Some tables have a limit of 512 tokens for this model, and its card has 2,048.
PAIRS = (_Pair(700, 550, 150), _Pair(1900, 1600, 300))  # differ at their end
INNER = {"beginning": _Pair(1900, 0, 300), "middle": _Pair(1900, 800, 300)}
_TEXTS = [*dict.fromkeys(text for pair in (*PAIRS, *INNER.values()) for text in pair.texts())]


def long_texts(endpoint: Endpoint) -> Result:
    """Check that no text is truncated without being reported in x-embedding-truncated."""
    answer = endpoint.ask("POST", "/embed", {"text": _TEXTS}, patient=True)
    rows = endpoint.rows(answer, len(_TEXTS))
    places = {pair: [_TEXTS.index(text) for text in pair.texts()] for pair in (*PAIRS, *INNER.values())}
    lost = {pair for pair, (left, right) in places.items() if _equal(rows[left], rows[right])}
    reported = {pair for pair, both in places.items() if truncated(answer.headers).issuperset(both)}
    unread = [name for name, pair in INNER.items() if pair in lost]
    return _judged([pair for pair in PAIRS if pair in lost], [pair for pair in PAIRS if pair in reported], unread)


def _judged(lost: Sequence[_Pair], reported: Sequence[_Pair], unread: Sequence[str]) -> Result:
    name = "long texts"
    figures: dict[str, object] = {
        "truncated": [pair.tokens for pair in lost],
        "reported": [pair.tokens for pair in reported],
    }
    if silent := [pair for pair in lost if pair not in reported]:
        return Result(name, Status.FAIL, _silent(silent[0]), figures)
    if unread and not lost:
        return Result(name, Status.FAIL, _unread(unread), figures | {"unread": list(unread)})
    if spared := [pair for pair in reported if pair not in lost]:
        sizes = _sizes(spared)
        detail = f"Texts of {sizes} tokens are reported as truncated, but are not: MAX_TEXT_TOKENS can be larger."
        return Result(name, Status.NOTE, detail, figures)
    return Result(name, Status.OK, _read(lost), figures)


def _silent(pair: _Pair) -> str:
    return (
        f"Texts of {pair.tokens:,} tokens are truncated and not reported: two of them that differ after "
        f"{pair.shared:,} tokens have the same vector. Set MAX_TEXT_TOKENS to the number that --find-limit finds, "
        f"which is at most {pair.shared:,}."
    )


def _unread(parts: Sequence[str]) -> str:
    [tokens] = {pair.tokens for pair in INNER.values()}
    return (
        f"The model does not read the {' and the '.join(parts)} of texts of {tokens:,} tokens: two of them that differ "
        "in nothing else have the same vector. Split long texts before they are sent."
    )


def _read(lost: Sequence[_Pair]) -> str:
    kept = _sizes([pair for pair in PAIRS if pair not in lost])
    read = f"The end of texts of {kept} tokens changes their vectors." if kept else ""
    cut = f"Texts of {_sizes(lost)} tokens are truncated, and reported as such." if lost else ""
    return f"{read} {cut}".strip()


def _sizes(pairs: Sequence[_Pair]) -> str:
    return " and ".join(f"{pair.tokens:,}" for pair in pairs)


def _equal(left: Sequence[float], right: Sequence[float]) -> bool:
    return same(left, right, least=_SAME_COSINE)


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
        return _equal(short, long)

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
