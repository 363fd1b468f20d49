"""Estimate how many Gemma tokens a text has: arithmetic over its characters, no I/O and no vocabulary.

The tokenizer of Gemma 3 has 262,144 pieces (https://arxiv.org/abs/2503.19786), too many to ship with a Worker. The
estimate counts words, letters, digits, punctuation and whitespace, and multiplies each count by a weight. The weights
were fitted to exact counts for English prose, Markdown, source code and translations into 120 languages. The mean error
is 5 % for the first three and about 10 % for other languages (https://github.com/bgub/tokka-bench compares them). A few
languages, such as Manx and Tswana, and texts of a few words are off by 40 %.
"""

import re
from bisect import bisect_right
from typing import Final

# English and source code: most words are one token.
_WORD: Final = 1.04
_CAMEL: Final = 0.9  # a capital after a small letter starts a token: someVarName
_SAMPLE: Final = 32_768  # characters; four times the usual length of a text that the model reads to its end
_PUNCTUATION: Final = 1.05  # for a run of punctuation; a digit and an underscore are always tokens of their own
_SPACE_AND_DIGIT: Final = 0.75  # the space before a digit is often a token as well
_TAG: Final = -0.7  # many HTML tags, such as <td>, are one piece

# Other languages in Latin script have more tokens per word, and most use the letters below more than English does.
# The estimate counts these letters and compares the count with the usual one of English.
_FOREIGN_LETTERS: Final = b"aijkuvwzAIJKUVWZ"
_ENGLISH_SHARE: Final = 0.2  # of these letters per character: English texts seldom have more
_MARGIN: Final = 10  # characters added to the length, because the share varies more in short texts
_EVIDENCE: Final = 5.0  # a letter with a mark (é, ł) or a common word of another language counts as five letters
_COUNTER: Final = 1.5  # a common English word takes off so many letters
_USUAL_THE: Final = 16  # with "the" among so many words, a text is English, and other common words are not looked for
_DOUBT: Final = 2.5  # share of the other language per letter too many and per word, at most 1
_COVERED: Final = 0.196  # tokens per letter and per word, where the vocabulary covers the language well
_COVERED_SHARE: Final = 0.22  # the share of _COVERED_WORDS in such a language
_LETTER, _START, _FOREIGN, _MARK = 0.11, 0.86, 0.22, 0.48  # tokens per letter, word etc. in other languages

# Common words of English and of languages that the vocabulary covers well; a few of Polish, Danish and Turkish.
_ENGLISH_WORDS: Final = "the of and to that for with this are you by from not or it is on be as if"
_COVERED_WORDS: Final = (
    "de la que el en los las del por con una para como su un se "
    "le les et des du une est dans qui au pour sur vous par ou "
    "der die das und den von zu mit ist nicht ein eine auf sie oder "
    "di il che per della non sono dei una nel al alla con "
    "os um uma dos ao sua seu mais em não você com para "
    "het een van op voor niet en te dat met worden zijn "
    "yang dan dengan untuk dari ini pada tidak atau oleh dalam anda adalah akan setiap "
    "và là của có cho không được một các với người bạn để trong này khi w z jest do ve bir bu og det som er"
)

# Other scripts: where a range of blocks begins (https://www.unicode.org/Public/UNIDATA/Blocks.txt), and the tokens per
# character in it. Symbols have 1; a character outside the vocabulary has one token per byte.
_SCRIPTS: Final = (
    (0x80, 1.0), (0x370, 0.39), (0x400, 0.12), (0x530, 0.57), (0x600, 0.37), (0x700, 0.7), (0x900, 0.29), (0xA00, 0.62),
    (0xA80, 0.42), (0xB00, 0.75), (0xB80, 0.27), (0xC00, 0.44), (0xD00, 0.33), (0xD80, 0.5), (0xE00, 0.33),
    (0xE80, 0.58), (0xF00, 0.7), (0x1000, 0.44), (0x1100, 0.85), (0x1400, 1.0), (0x1700, 2.8), (0x1780, 0.48),
    (0x1800, 1.8), (0x1F00, 0.75), (0x2000, 1.0), (0x2600, 1.2), (0x27C0, 1.0), (0x3040, 0.42), (0x3100, 1.0),
    (0x3400, 0.66), (0xA000, 1.0), (0xA840, 2.8), (0xAC00, 0.66), (0xD7B0, 1.0), (0x10000, 3.0), (0x1F000, 1.2),
    (0x20000, 3.0),
)  # fmt: skip
_STARTS, _COSTS = zip(*_SCRIPTS, strict=True)
_RARE: Final = 0.95  # tokens more for a letter that Russian or Arabic uses less than related languages do
_RARE_LETTERS: Final = re.compile("[алуфхшъэі\u0450-\u0455\u0457-\u052f\u0693-\u069a\u06ad\u06c6\u06c7\u06cd-\u06d0ە]")
_BEYOND_LATIN: Final = re.compile("([^\0-\u02af\u0300-\u036f\u1e00-\u1eff]+)")
_RUN: Final = re.compile("[\u0370-\u1fff\ua840-\uabff]+|[\u3040-\u30ff]+|[\u3400-\u9fff]+|[\uac00-\ud7af]+|[^ 0]")
_DIGIT: Final = re.compile(r"\d")
_HTML_TAG: Final = re.compile("</?[a-z][a-z0-9]*>")


def _latin_1(text: str) -> bytes:
    """The text in Latin-1, with ÿ for each letter that Latin-1 lacks."""
    return text.replace("?", "!").encode("latin-1", "replace").replace(b"?", b"\xff")


def _class(char: str) -> str:
    """The class of a Latin-1 character: A capital, a small letter, m marked letter, 0 digit, . punctuation."""
    if char.isalpha():
        return "m" if char > "\x7f" else "A" if char.isupper() else "a"
    if char in "\0 \t\n\r\xa0_":  # classes of their own
        return {"\r": "\n", "\xa0": " "}.get(char, char)
    return "0" if char in "0123456789" else "."


_CLASSES: Final = "".join(_class(chr(byte)) for byte in range(256)).encode()
_IS_LETTER: Final = bytes(ord("a") if char in b"Aam" else ord(" ") for char in _CLASSES)
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.encode().split())
_OTHER: Final = frozenset(map(_latin_1, _COVERED_WORDS.split()))


def estimate(text: str) -> int:
    """About how many tokens the text has, without the two that mark beginning and end.

    0 for no text, else at least 1 and at most the text's UTF-8 bytes, for a byte is the smallest piece there is. For a
    text that is longer than the sample, the beginning tells the tokens per character. This bounds time and memory.
    """
    if len(text) > _SAMPLE:
        return estimate(text[:_SAMPLE]) * len(text) // _SAMPLE
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    try:
        tokens = _latin(text, text.encode("latin-1"))
    except UnicodeEncodeError:
        tokens = _mixed(text)
    return size if tokens >= size else round(tokens) or 1


def _mixed(text: str) -> float:
    """Tokens of text beyond Latin-1: the parts in Latin script, and the parts in other scripts and symbols."""
    parts = _BEYOND_LATIN.split(text)
    latin, beyond = "\0".join(parts[::2]), " ".join(parts[1::2])
    return _latin(latin, _latin_1(latin)) + _beyond_latin(beyond)


def _beyond_latin(text: str) -> float:
    """Tokens of other scripts and symbols, run by run. A digit of any script is one token."""
    text = _DIGIT.sub("0", text)
    tokens = text.count("0") + _RARE * len(_RARE_LETTERS.findall(text))
    for run in _RUN.findall(text):
        tokens += len(run) * _COSTS[bisect_right(_STARTS, ord(run[0])) - 1]
    return tokens


def _latin(text: str, raw: bytes) -> float:
    """Tokens of text in Latin script. Each step is one pass in C, because most requests come this way."""
    letters, shape = raw.translate(_IS_LETTER), raw.translate(_CLASSES).decode()
    words = letters.count(b" a") + (letters[:1] == b"a")
    tokens = _WORD * words + _signs(text, shape)
    if "A" in shape[1:]:
        tokens += _CAMEL * shape.count("aA")
    foreign = len(raw) - len(raw.translate(None, _FOREIGN_LETTERS))
    marked = shape.count("m") if "m" in shape else 0
    doubt = foreign + _EVIDENCE * marked - _ENGLISH_SHARE * (len(raw) + _MARGIN)
    if doubt > 0 or _USUAL_THE * text.count(" the ") < words:
        letter_tokens = _LETTER * letters.count(b"a") + _FOREIGN * foreign + _MARK * marked
        tokens += _not_english(raw, words, letters.count(b"a"), letter_tokens, doubt)
    return tokens


def _not_english(raw: bytes, words: int, letters: int, letter_tokens: float, doubt: float) -> float:
    """Tokens that the words have more than English words, if letters and common words tell another language."""
    found = raw.lower().split()
    if doubt <= 0 and _OTHER.isdisjoint(found):
        return 0.0
    other = sum(map(_OTHER.__contains__, found))
    doubt += _EVIDENCE * other - _COUNTER * sum(map(_ENGLISH.__contains__, found))
    if doubt <= 0:
        return 0.0
    covered = min(1.0, other / (_COVERED_SHARE * (words + 1)))
    tokens = covered * _COVERED * (letters + words) + (1 - covered) * (letter_tokens + _START * words)
    return min(1.0, _DOUBT * doubt / words) * (tokens - _WORD * words)


def _signs(text: str, shape: str) -> float:
    """Tokens of digits, punctuation and runs of whitespace. A single space belongs to the word after it."""
    signs, tokens = shape.count("."), 0.0
    if signs > 3:  # else runs hardly matter
        signs = _shorten(shape, "..").count(".")
    if "\n" in shape or "\t" in shape or "  " in shape:
        gaps = _shorten(_shorten(shape.replace("  ", "\t"), "\t\t"), "\n\n")
        tokens += gaps.count("\t") + gaps.count("\n")
    if "0" in shape:
        tokens += shape.count("0") + _SPACE_AND_DIGIT * shape.count(" 0")
    if "_" in shape:
        tokens += shape.count("_")
    if "<" in text:
        tokens += _TAG * len(_HTML_TAG.findall(text))
    return tokens + _PUNCTUATION * signs


def _shorten(shape: str, pair: str) -> str:
    """Make each run of one class 32 times shorter, for one piece holds up to about 32 equal signs."""
    for _ in range(5):
        if pair not in shape:
            break
        shape = shape.replace(pair, pair[0])
    return shape
