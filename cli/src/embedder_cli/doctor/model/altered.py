"""Texts of 520 words that something may alter on their way, as `pairs` does for short ones.

Each alteration concerns the whole text, because a single word of so many changes a vector little.
"""

import re
from collections.abc import Callable

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model import figures
from embedder_cli.doctor.model.filler import filler
from embedder_cli.doctor.results import Result, verdict
from embedder_cli.doctor.vectors import cosine, same

WORDS = 520  # more than 512 tokens, where a server of the model may begin to split texts
NAME = f"texts of {WORDS} words"
_TEXT = filler(WORDS)


def _each(step: int, word: Callable[[int], str]) -> str:
    """Return the text with every `step`-th word replaced."""
    words = _TEXT.split(" ")
    for at in range(0, WORDS, step):
        words[at] = word(at)
    return " ".join(words)


def _written(left: str, right: str) -> tuple[str, str]:
    """Return two texts that differ in every fifth word."""
    return _each(5, lambda _: left), _each(5, lambda _: right)


PAIRS = {
    "case": (_TEXT, _TEXT.title()),
    "line breaks": (_TEXT, _TEXT.replace(" ", "\n")),
    "white space": (_TEXT, _TEXT.replace(" ", "  ")),
    "punctuation": (_TEXT, re.sub(r"(\w+ \w+) ", r"\1, ", _TEXT)),
    "accents": (_TEXT, _TEXT.replace("e", "\u00e9")),
    "small words": (_TEXT, re.sub(r"(\w+ \w+) ", r"\1 of the ", _TEXT)),
    "digits": (_each(5, lambda at: str(1000 + at)), _each(5, lambda at: str(7000 - at))),
    "emoji": _written("\U0001f389", "\U0001f4a5"),
    "Chinese": _written("\u732b", "\u72d7"),
    "Cyrillic": _written("\u043a\u043e\u0448\u043a\u0430", "\u0441\u043e\u0431\u0430\u043a\u0430"),
    "a prompt": (_TEXT, figures.DOCUMENT_PROMPT + _TEXT),
    "the kind of prompt": (figures.QUERY_PROMPT + _TEXT, figures.DOCUMENT_PROMPT + _TEXT),
}


def seen(endpoint: Endpoint) -> Result:
    """Check that alterations change the vectors of texts of several hundred words."""
    texts = [*dict.fromkeys(text for pair in PAIRS.values() for text in pair), endpoint.fresh]
    rows = dict(zip(texts, endpoint.embed(texts, patient=True), strict=True))
    found = {name: (rows[left], rows[right]) for name, (left, right) in PAIRS.items()}
    ignored = [name for name, pair in found.items() if same(*pair)]
    return verdict(
        NAME,
        not ignored,
        f"{len(PAIRS)} differences change the vectors of texts of {WORDS} words.",
        f"In texts of {WORDS} words, the model ignores {', '.join(ignored)}: two texts that differ in nothing else "
        "have the same vector. Look for what changes long texts on their way.",
        cosines={name: round(cosine(*pair), 4) for name, pair in found.items()},
    )
