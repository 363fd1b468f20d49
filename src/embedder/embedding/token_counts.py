"""What the token estimate counts in a text. Most counts are one pass in C, because every request comes this way."""

import re
from typing import Final

from embedder.embedding import scripts
from embedder.embedding.token_long import LONG_WORD, cut_long
from embedder.embedding.token_runs import RUN_OF_SIGNS, SINGLE, cut_equal, cut_equal_bytes, has_few_characters
from embedder.embedding.token_words import (
    CLASSES,
    LETTERS,
    NAMES_OF_WORDS,
    USUAL_THE,
    count_words,
    latin,
)

# What is counted, besides words in Latin script and characters of other scripts.
NAMES: Final = (
    *NAMES_OF_WORDS,
    "humps",  # a capital after a small letter: someVarName
    "spaced",  # a space before a digit, which is often a token as well
    "signs",  # runs of up to three signs
    "long signs",  # signs in longer runs
    "long",  # letters of long words
    "long pairs",  # those that begin a frequent pair of letters
    "rare",  # letters that are rare in their script, beyond the usual share
    "unusual Han",  # Han characters that are not frequent, beyond the usual share
)
_SIGNS: Final = re.compile(rb"\.{4,}")
# HTML tags that are one token.
_TAG: Final = re.compile(
    "</?(?:table|caption|thead|tbody|tfoot|tr|th|td|h[1-6]|blockquote|strong|em|b|i|u|s|sub|sup|code|a|html|body|img|"
    "span|ul|li|div|iframe|footer)>"
)
_NOTHING: Final = "\x9f"  # parts words and signs, and is not counted
_GAP: Final = 5  # one token holds up to about 2**5 line feeds, tabs or spaces

# Most texts have nothing beyond Latin but quotes, dashes and apostrophes. These blocks are not looked at closely if
# fewer than one character in so many is of them.
_TYPOGRAPHY: Final = b"\x02\x20"
_SELDOM: Final = 8


def count(text: str) -> dict[str, float]:
    """Count what the estimate of the tokens needs: NAMES, SINGLE and the names in `scripts.SCRIPTS`, without zeros."""
    counts: dict[str, float] = {SINGLE: 0}
    if "<" in text:
        text, counts[SINGLE] = _TAG.subn(_NOTHING, text)
    raw, beyond = latin(text)
    if beyond:
        if len(beyond) * _SELDOM < len(text) and not beyond.strip(_TYPOGRAPHY):
            counts["one"] = len(beyond)
        else:
            if has_few_characters(text):
                text = cut_equal(text, counts)
                raw, _ = latin(text)
            scripts.count(text, counts)
    letters = raw.translate(LETTERS)
    if LONG_WORD in letters:
        raw = cut_long(raw, counts)
        letters = raw.translate(LETTERS)
    shape = raw.translate(CLASSES)
    if b"o" in shape and b"oooo" in shape:
        raw = cut_equal(raw.decode("latin-1"), counts).encode("latin-1")
        letters, shape = raw.translate(LETTERS), raw.translate(CLASSES)
    if b"a" in letters:
        count_words(text, raw, shape, letters, counts)
        if b"A" in shape:
            counts["humps"] = shape.count(b"aA")
    _count_signs(raw, shape, counts)
    return counts


def count_english(texts: list[str]) -> dict[str, float] | None:
    """Count several texts at once. Return None if they are not English, or may have more tokens than characters."""
    counts: dict[str, float] = {SINGLE: 0}
    text = _NOTHING.join(texts)
    if "<" in text:
        text, counts[SINGLE] = _TAG.subn(_NOTHING, text)
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    letters, shape = raw.translate(LETTERS), raw.translate(CLASSES)
    if LONG_WORD in letters or b"oooo" in shape or b"2" in shape:
        return None
    if USUAL_THE * text.count(" the ") < letters.count(b" a"):
        return None
    count_words(text, raw, shape, letters, counts)
    if counts.keys() != {SINGLE, "english"}:
        return None
    if b"A" in shape:
        counts["humps"] = shape.count(b"aA")
    _count_signs(raw, shape, counts)
    return counts


def _count_signs(raw: bytes, shape: bytes, counts: dict[str, float]) -> None:
    """Count punctuation, digits and whitespace. A single space belongs to the word after it."""
    if b"." in shape:
        if b".." in shape:
            shape = _shorten_signs(raw, shape, counts)
        counts["signs"] = shape.count(b".")
    single = 0
    if b"0" in shape:
        single = shape.count(b"0")
        counts["spaced"] = shape.count(b" 0")
    if b"o" in shape:
        single += shape.count(b"o")
    if b"2" in shape:
        single += 2 * shape.count(b"2")
    if b"\n" in shape:
        single += _shorten(shape, b"\n\n").count(b"\n") + shape.count(b" \n")
    if b"  " in shape:
        shape = shape.replace(b"  ", b"\t\t")
    if b"\t" in shape:
        single += _shorten(shape, b"\t\t").count(b"\t")
    counts[SINGLE] += single


def _shorten_signs(raw: bytes, shape: bytes, counts: dict[str, float]) -> bytes:
    """Count the signs in runs of four and more, and return the classes without them, and with one sign per run."""
    if b"...." in shape:
        runs = [raw[run.start() : run.end()] for run in _SIGNS.finditer(shape)]
        signs = cut_equal_bytes(b"\n".join(runs), RUN_OF_SIGNS, counts)
        counts["long signs"] = len(signs) - signs.count(b"\n") - signs.count(b" ")
        shape = _SIGNS.sub(b"x", shape)
    return _shorten(shape, b"..", 2)


def _shorten(shape: bytes, pair: bytes, times: int = _GAP) -> bytes:
    """Make each run of one class half as long, so many times."""
    for _ in range(times):
        if pair not in shape:
            break
        shape = shape.replace(pair, pair[:1])
    return shape
