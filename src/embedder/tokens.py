"""Estimate how many Gemma tokens a text has, by arithmetic over its letters; no I/O and no vocabulary.

The model reads SentencePiece tokens of a vocabulary of 262,144 pieces, 4 MB and more to ship; the estimate needs none of
it. It knows how the pieces are cut (https://arxiv.org/abs/2503.19786, section 2.2: split digits, preserved whitespace,
byte fallback) and how densely the vocabulary covers a script. The densities are letters a token of running text, rounded
so that scripts of like coverage share one number; they agree with tests/data/gemma-token-counts.jsonl and with the bytes
a token that https://github.com/bgub/tokka-bench measured for Gemma 3 in a hundred languages and nine kinds of code.
"""

import re
from bisect import bisect_right
from collections import Counter
from typing import Final

# Latin script. A language is at home in the vocabulary when it shows in its short words (_AT_HOME); words of the others
# are cut finer, and finer still around letters with marks.
_HOME_LETTER: Final = 0.2  # tokens a letter, the space before the word counted as one: five characters a token
_ABROAD_LETTER: Final = 0.36  # tokens a letter elsewhere: Polish, Finnish, Swahili
_MARK: Final = 0.25  # tokens more for a letter with a mark, elsewhere: ł, ő, ş
_PAIRS_A_COMMON_WORD: Final = 5  # at home, at least one of so many words is in _AT_HOME
_PAIRS_OF_DOUBT: Final = 8  # words before the absence of common words says anything
_CERTAINTY: Final = 1.4  # how fast the absence then becomes certainty

# Tokens a letter (or sign, or syllable) in the other scripts, from the best covered to the least.
_DENSE: Final = 0.31  # Cyrillic as in Russian, Devanagari, Bengali, Tamil, Malayalam, Thai
_GOOD: Final = 0.39  # Greek, Arabic, Telugu, Kannada
_FAIR: Final = 0.47  # Gujarati, Georgian, Khmer, kana
_THIN: Final = 0.58  # Armenian, Hebrew, Gurmukhi, Sinhala, Lao
_SPARSE: Final = 0.72  # Han, Hangul syllables, Ethiopic, Burmese, Tibetan, Thaana, Odia
_SINGLE: Final = 1.0  # a token of its own: symbols, emoji, digits, marks that combine
_BYTES: Final = 3.0  # mostly byte fallback: historic scripts, rare Han
_SLAVIC: Final = 0.8  # tokens more for a Cyrillic letter that Russian lacks: і, ў, ј
_TURKIC: Final = 1.4  # the same for those of Asia: ү, қ, ҳ

# Where a run of blocks begins (https://www.unicode.org/Public/UNIDATA/Blocks.txt) and what a letter in it costs.
# Latin letters cost nothing here, they are counted as words; Cyrillic beyond Russian adds its surcharge.
_BLOCKS: Final = (
    (0x80, _SINGLE), (0xC0, 0.0), (0x2B0, _SINGLE), (0x370, _GOOD), (0x400, _DENSE + _SLAVIC), (0x410, _DENSE),
    (0x450, _DENSE + _SLAVIC), (0x460, _DENSE + _TURKIC), (0x530, _THIN), (0x600, _GOOD), (0x700, _SPARSE),
    (0x900, _DENSE), (0xA00, _THIN), (0xA80, _FAIR), (0xB00, _SPARSE), (0xB80, _DENSE), (0xC00, _GOOD), (0xD00, _DENSE),
    (0xD80, _THIN), (0xE00, _DENSE), (0xE80, _THIN), (0xF00, _SPARSE), (0x10A0, _FAIR), (0x1100, _SPARSE),
    (0x1400, _SINGLE), (0x1780, _FAIR), (0x1800, _SINGLE), (0x1E00, 0.0), (0x1F00, _SINGLE), (0x3040, _FAIR),
    (0x3100, _SINGLE), (0x3400, _SPARSE), (0xA000, _SINGLE), (0xAC00, _SPARSE), (0xD7B0, _SINGLE), (0xF900, _SPARSE),
    (0xFB00, _SINGLE), (0x10000, _BYTES), (0x1F000, _SINGLE), (0x20000, _BYTES),
)  # fmt: skip
_STARTS: Final = tuple(start for start, _ in _BLOCKS)
_COSTS: Final = tuple(cost for _, cost in _BLOCKS)

# The most frequent short words of the languages the vocabulary is richest in. Left out: words just as frequent in a
# language it covers poorly (Basque da, Latvian un, Slavic na and se, single letters).
_AT_HOME: Final = frozenset(
    (
        "the of and to in is that for it with as was on are be by this not or from at which "  # English
        "de la que el los las del por con una para como "  # Spanish, Catalan, Galician
        "le les des et du une est dans qui au pour pas sur "  # French
        "der die das und den von zu mit ist dem nicht ein eine auf "  # German
        "di il che per della non sono dei delle alla nel al "  # Italian
        "os um uma dos ou "  # Portuguese
        "het een van op voor niet "  # Dutch
        "yang dan dengan untuk dari ini pada tidak "  # Indonesian, Malay
        "và là của có cho không được một các với người"  # Vietnamese
    ).split()
)
_AT_HOME_ASCII: Final = frozenset(word.encode() for word in _AT_HOME if word.isascii())


def _shape(byte: int) -> int:
    """The class of an ASCII byte: a lower case, A upper case, 0 digit, whitespace itself, a full stop for the rest."""
    char = chr(byte)
    if byte < 128 and char.isalnum():
        return ord("a" if char.islower() else "A" if char.isupper() else "0")
    return byte if char in " \t\n" else ord(".")


_LOWERED: Final = bytes(byte | 32 if _shape(byte) in b"aA" else 32 for byte in range(256))
_SHAPES: Final = bytes(map(_shape, range(256)))
_SHAPES_MIXED: Final = b"n" + _SHAPES[1:]  # a zero byte stands for a character beyond ASCII

_LESS, _LINE, _TAB = b"<\n\t"  # as numbers: looked for a few times faster than as bytes
_GAP: Final = re.compile(rb" {2,}|\n+|\t+")
_RULER: Final = re.compile(rb"([^\w\s])\1{3,}")
_TAG: Final = re.compile(rb"</?[a-z][a-z0-9]*>")
_LATIN: Final = "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0300-\u036f\u1e00-\u1eff"
_LATIN_WORD: Final = re.compile(f"[{_LATIN}]+")
_LATIN_MARK: Final = re.compile("[\u00c0-\u02af\u1e00-\u1eff]")
_LATIN_PAIR: Final = re.compile("[a-z\u00df-\u02af\u0300-\u036f\u1e00-\u1eff] (?=[a-z\u00df-\u02af\u1e00-\u1eff])")
_OTHER_WORD: Final = re.compile("[\u0370-\u1dff]+")
_SPACED_EMOJI: Final = re.compile(" (?=[\u2600-\u27bf\U0001f000-\U0001faff])")


def estimate(text: str) -> int:
    """About how many tokens the text has, without the two that mark beginning and end.

    0 for no text, else at least 1 and at most the text's UTF-8 bytes, for a byte is the smallest piece there is.
    """
    if not text:
        return 0
    if text.isascii():
        return min(max(1, round(_ascii(text.encode()))), len(text))
    return min(max(1, round(_mixed(text))), len(text.encode("utf-8", "surrogatepass")))


def _ascii(raw: bytes) -> float:
    """Tokens of ASCII text. Every step runs over the whole text in C: most requests come this way."""
    lowered = raw.translate(_LOWERED)
    words = lowered.split()
    common = len(list(filter(_AT_HOME_ASCII.__contains__, words)))
    shape, tokens = _frame(raw, _SHAPES)
    return tokens + _latin(len(words) + _humps(shape), len(raw) - lowered.count(b" "), shape.count(b"a a"), common)


def _mixed(text: str) -> float:
    """Tokens of text with anything beyond ASCII in it: the same count, and the other scripts by the letter."""
    raw = text.encode("ascii", "replace").replace(b"?", b"\0")
    shape, tokens = _frame(raw, _SHAPES_MIXED)
    tokens += text.count("?") + len(_SPACED_EMOJI.findall(text))
    words = _LATIN_WORD.findall(text.lower())
    common = len(list(filter(_AT_HOME.__contains__, words)))
    marks, pairs = len(_LATIN_MARK.findall(text)), len(_LATIN_PAIR.findall(text))
    latin = _latin(len(words) + _humps(shape), sum(map(len, words)), pairs, common, marks)
    return tokens + latin + _beyond_latin(text)


def _frame(raw: bytes, shapes: bytes) -> tuple[bytes, int]:
    """The shape of the text and the tokens of all that is no letter: digits, punctuation, whitespace.

    A digit is a token, and so is the space before it. A run of spaces, of line ends or of tabs is one; a single space
    belongs to the word after it. Two signs of punctuation in a row share one, a ruler (-----) is as good as two signs,
    and a bare HTML tag saves one.
    """
    shape = raw.translate(shapes)
    signs = shape.count(b".")
    if signs > 3 and b"...." in shape:
        shape = _RULER.sub(rb"\1\1", raw).translate(shapes)
        signs = shape.count(b".")
    if signs > 1:
        signs -= shape.count(b"..") + (len(_TAG.findall(raw)) if _LESS in raw else 0)
    if _LINE in shape or _TAB in shape or shape.count(b"  "):
        shape = _GAP.sub(b"\n", shape)
        signs += shape.count(b"\n")
    digits = shape.count(b"0")
    return shape, signs + digits + (shape.count(b" 0") if digits else 0)


def _humps(shape: bytes) -> int:
    """Word starts inside words, as in camelCase and HTTPServer."""
    capitals = shape.count(b"A")
    if capitals < 2:
        return 0
    return shape.count(b"aA") + (shape.count(b"AAa") if capitals > 3 else 0)


def _latin(words: int, letters: int, pairs: int, common: int, marks: int = 0) -> float:
    """Tokens of the words in Latin script, never fewer than words.

    Prose, told by its pairs of neighbouring lower-case words, in which the common words are missing is abroad; between
    the two the estimate slides, so that one word more never turns it.
    """
    home = max(words, _HOME_LETTER * (letters + words))
    missing = pairs - _PAIRS_A_COMMON_WORD * common
    if missing <= 0:
        return home
    abroad = max(words, _ABROAD_LETTER * letters + _MARK * marks)
    return home + (abroad - home) * min(1.0, _CERTAINTY * missing / (words + _PAIRS_OF_DOUBT))


def _beyond_latin(text: str) -> float:
    """Tokens of the letters in other scripts and of the signs beyond ASCII; a word is never less than one."""
    words = len(_OTHER_WORD.findall(text))
    signs = letters = 0.0
    for char, times in Counter(text).items():
        if char.isascii():
            continue
        cost = _COSTS[bisect_right(_STARTS, ord(char)) - 1]
        if "\u0370" <= char < "\u1e00" and not char.isdecimal():
            letters += cost * times
        else:
            signs += (_SINGLE if char.isdecimal() else cost) * times
    return signs + max(words, letters)
