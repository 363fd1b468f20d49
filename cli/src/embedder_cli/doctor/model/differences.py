"""Small differences between texts, which the model reads."""

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from statistics import median

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model import recorded
from embedder_cli.doctor.model.pairs import PAIRS
from embedder_cli.doctor.results import Result, verdict
from embedder_cli.doctor.vectors import Vector, cosine, same

_APART = 58  # pairs with their texts in different calls, because a cache may confuse them; the others are in one call
_ALIKE = 0.4  # the least median cosine of the pairs; vectors with nothing in common have about 0
_SIZES = (64, 65, 99)  # texts of the three calls; the rest are recorded ones, whose place in the call is checked


def seen(endpoint: Endpoint) -> Result:
    """Check that texts with a small difference have different vectors."""
    known = recorded.shortened()
    rows: dict[str, Vector] = {}
    moved = 0  # rows of recorded texts
    for texts in _calls(endpoint.fresh):
        found = dict(zip(texts, endpoint.embed(texts, dimensions=recorded.SIZE), strict=True))
        moved += sum(cosine(found[text], vector) < recorded.LEAST for text, vector in known.items() if text in found)
        rows |= found
    pairs = {name: (rows[left], rows[right]) for name, (left, right) in PAIRS.items()}
    cosines = {name: cosine(*pair) for name, pair in pairs.items()}
    ignored = [name for name, pair in pairs.items() if same(*pair)]
    alike = median(cosines.values())
    return verdict(
        "small differences",
        not ignored and not moved and alike >= _ALIKE,
        f"{len(PAIRS)} small differences change a vector, such as white space, case and the last token.",
        _ignored(ignored) if ignored else _moved(moved) if moved else _strange(alike),
        cosines={name: round(value, 4) for name, value in cosines.items()},
    )


def _ignored(names: Sequence[str]) -> str:
    return (
        f"The model ignores {', '.join(names)}: two texts that differ in nothing else have the same vector. Look for "
        "what changes the texts on their way, and write again what was stored meanwhile."
    )


def _strange(alike: float) -> str:
    return (
        f"Two texts with a small difference have vectors with little in common (median cosine: {alike:.4f}; at least: "
        f"{_ALIKE}), although recorded texts have their vectors: what answers other texts is not the model."
    )


def _moved(number: int) -> str:
    return (
        f"In calls of {', '.join(map(str, _SIZES))} texts, {number} texts do not have their recorded vectors. If they "
        "have them in the check of recorded vectors, send one text per request until the cause is found."
    )


def _calls(fresh: str) -> Iterator[list[str]]:
    """Yield the texts of each call: recorded ones at both ends and between the others, and a fresh one."""
    pairs = [*PAIRS.values()]
    apart, together = pairs[:_APART], pairs[_APART:]
    texts = [left for left, _ in apart], [right for _, right in apart], [*chain.from_iterable(together)]
    for size, own in zip(_SIZES, texts, strict=True):
        yield [*_between([*own, fresh], [*recorded.vectors()][: size - len(own) - 1])]


def _between(texts: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    step = -(-len(texts) // (len(known) - 1))
    parts = [texts[start : start + step] for start in range(0, len(texts), step)]
    for text, part in zip_longest(known, parts, fillvalue=()):
        yield from [text] if isinstance(text, str) else ()
        yield from part
