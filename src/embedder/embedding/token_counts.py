"""What the token estimate counts in a text. Most counts are one pass in C, because every request comes this way."""

import re
from itertools import pairwise
from math import ceil
from typing import Final

from embedder.embedding import scripts
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
SINGLE: Final = "single"  # what is one token each: digits, underscores, bytes that are not in the vocabulary

# How many equal characters one token holds: of other printable ASCII characters 2, of others 1. Digits are not joined.
_PER_TOKEN: Final = {
    16: "!#%*+-./:=AX_~—…─",
    8: '">?Cahloxyـ━ㅋ\ufffd',
    4: "&'),<EFHOPSY[\\]^cefgimnprstuw}·ه۔―’•═▬⠀。・ー！\u200b\ufeff",
    2: (
        "äçíöüſγλμσОСлмстфэүөوי؟ادرشقلمنويی۰न।০্กนบรບ་ን፡ទ\u200c\u200f–‘‚\u202c↓−┈█○★☆♥❤➖⭐あいおこすたつまやドナマ"
        "ㅎㅠ가＊－＝？＾＿～"
    ),
}
_HELD: Final = {char: held for held, chars in _PER_TOKEN.items() for char in chars}
_RUN_OF_SIGNS, _RUN_OF_LETTERS = 4, 8  # from this length on, a run is looked at
_EQUAL: Final = re.compile(r"([^\s\w]|_)\1{3,}|([^\W\d])\2{7,}")
_CHARACTERS: Final = 64  # of a sample that tells whether characters of other scripts are repeated
_REPEATED: Final = 4  # times that each is in the sample on average

_SIGNS: Final = re.compile(rb"\.{4,}")
# HTML tags that are one token.
_TAG: Final = re.compile(
    "</?(?:table|caption|thead|tbody|tfoot|tr|th|td|h[1-6]|blockquote|strong|em|b|i|u|s|sub|sup|code|a|html|body|img|"
    "span|ul|li|div|iframe|footer)>"
)
_NOTHING: Final = "\x9f"  # parts words and signs, and is not counted
_GAP: Final = 5  # one token holds up to about 2**5 line feeds, tabs or spaces

# Few words have 16 letters of one case. What has is a compound, joined words, or has no words: DNA, random letters.
_LONG: Final = 16
_LONG_RUN: Final = re.compile(rb"a+|A+")
_LONG_WORD, _MARKED = b"a" * _LONG, b"m" * _LONG
# The 80 most frequent pairs of letters in European languages make up half of a word, and a tenth of random letters.
_PAIRS: Final = frozenset(
    (first, second)
    for first, second in map(
        str.encode,
        "er en te de re on in es an ti nt al le st se el ri at ta ge li ne ar nd is or me la ie di ma ra et ve ng it "
        "ch io as co to ni il si ad ll ed ig ic un na ss ro da ec em pr sa be od ut ei ko tt rt he ou va tr os ur po "
        "pe ns pa am".split(),
    )
)
_SAMPLE: Final = 96  # letters whose pairs are looked at
_PERIOD: Final = 16  # letters of a pattern that is repeated, as in "hahaha"
_FEW: Final = 6  # different letters: DNA or a repeated letter, not words
_PAIRLESS: Final = 0.23  # the most pairs of such letters that count, because their tokens depend little on them

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
            if _has_few_characters(text):
                text = _cut_equal(text, counts)
                raw, _ = latin(text)
            scripts.count(text, counts)
    letters = raw.translate(LETTERS)
    if _LONG_WORD in letters:
        raw = _cut_long(raw, counts)
        letters = raw.translate(LETTERS)
    shape = raw.translate(CLASSES)
    if b"o" in shape and b"oooo" in shape:
        raw = _cut_equal(raw.decode("latin-1"), counts).encode("latin-1")
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
    if _LONG_WORD in letters or b"oooo" in shape or b"2" in shape:
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


def _has_few_characters(text: str) -> bool:
    """Tell whether a sample has few different characters, so that they may be repeated."""
    sample = text[:: len(text) // _CHARACTERS + 1]
    return len(set(sample)) * _REPEATED < len(sample)


def _cut_equal(text: str, counts: dict[str, float]) -> str:
    """Count the tokens of runs of equal characters, and return the text with a space for each."""

    def cut(run: re.Match[str]) -> str:
        char = run[0][0]
        held = _HELD.get(char) or (2 if " " < char < "\x7f" else 1 / scripts.bytes_of(char))
        counts[SINGLE] += ceil(len(run[0]) / held)
        return " "

    return _EQUAL.sub(cut, text)


def _cut_equal_bytes(chars: bytes, run: int, counts: dict[str, float]) -> bytes:
    """Do the same with characters in Latin-1, if one of them is repeated `run` times."""
    if any(bytes([char]) * run in chars for char in set(chars)):
        return _cut_equal(chars.decode("latin-1"), counts).encode("latin-1")
    return chars


def _cut_long(raw: bytes, counts: dict[str, float]) -> bytes:
    """Count the letters of long words, and return the text without them."""
    shape = raw.translate(CLASSES)
    if _MARKED in shape:
        raw = _cut_equal(raw.decode("latin-1"), counts).encode("latin-1")
        shape = raw.translate(CLASSES)
    rest, words, end = [], [], 0
    for start, stop in sorted([*_spans(shape, b"a"), *_spans(shape, b"A")]):
        rest.append(raw[end:start])
        words.append(raw[start:stop])
        end = stop
    if words:
        _count_long(b" ".join(words), counts)
    return b"".join([*rest, raw[end:]])


def _spans(shape: bytes, letter: bytes) -> list[tuple[int, int]]:
    """Where the long runs of a class begin and end."""
    spans, end, run = [], 0, letter * _LONG
    while (start := shape.find(run, end)) >= 0:
        match = _LONG_RUN.match(shape, start)
        end = match.end() if match else start + _LONG
        spans.append((start, end))
    return spans


def _count_long(words: bytes, counts: dict[str, float]) -> None:
    """Count the letters of long words, and those that begin a frequent pair, judged by the first ones."""
    few = len(set(words[:_SAMPLE])) <= _FEW
    words = _cut_equal_bytes(words, _RUN_OF_LETTERS, counts) if few else words
    letters = len(words) - words.count(b" ")
    if not letters:
        return
    sample = words[:_SAMPLE].lower()
    share = sum(map(_PAIRS.__contains__, pairwise(sample))) / len(sample)
    if few or 0 < sample.find(sample[:_PERIOD], 1) <= _PERIOD:
        share = min(share, _PAIRLESS)
    counts["long"], counts["long pairs"] = letters, share * letters


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
        signs = _cut_equal_bytes(b"\n".join(runs), _RUN_OF_SIGNS, counts)
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
