"""Words in Latin script, for the token estimate: their letters, and whether they are English."""

from typing import Final

# Classes of Latin text. A letter has a mark if it is é or ł; BYTES are not in the vocabulary and have a token per byte;
# BEYOND is a character of another script or a symbol, which SCRIPTS tells.
SMALL, CAPITAL, MARKED, DIGIT, SIGN, OWN, BYTES, BEYOND = b"aAm0.o2x"
_BEYOND: Final = 0x9F  # stands for such a character in `latin`


def _class(code: int) -> int:
    """The class of a Latin-1 character."""
    char = chr(code)
    if char in "\t\n ":
        return code
    if code == _BEYOND:
        return BEYOND
    if char.isalpha() and char not in "ªµº":
        return MARKED if code > 0x7F else CAPITAL if char.isupper() else SMALL
    if "0" <= char <= "9":
        return DIGIT
    if "!" <= char <= "~" and char != "_":
        return SIGN
    return BYTES if 0x80 <= code <= 0xA0 else OWN


CLASSES: Final = bytes(map(_class, range(0x100)))
_LATIN_PAGES: Final = b"\0\1\x1e"  # the high bytes of letters in Latin script
_MANY_MARKS: Final = 3
_RAISED: Final = bytes([0]) + bytes([0xFF]) * 0xFF
_KEPT: Final = bytes(0xFF if page in _LATIN_PAGES else _BEYOND for page in range(0x100))


def latin(text: str) -> tuple[bytes, bytes]:
    """Return one byte per character, and the high bytes of the characters beyond Latin script.

    Latin-1 characters stay as they are. Other Latin letters become ÿ, the rest U+009F, two for each above U+FFFF.
    """
    try:
        return text.encode("latin-1"), b""
    except UnicodeEncodeError:
        units = text.encode("utf-16-le", "surrogatepass")
    low, high = units[::2], units[1::2]
    codes = int.from_bytes(low, "little") | int.from_bytes(high.translate(_RAISED), "little")
    codes &= int.from_bytes(high.translate(_KEPT), "little")
    many = high.count(b"\x1e") * _MANY_MARKS > len(high)
    return codes.to_bytes(len(low), "little"), high.translate(None, b"\0\1" if many else _LATIN_PAGES)


# Other languages in Latin script have more tokens per word than English, and most use the letters below more.
_FOREIGN_LETTERS: Final = b"aijkuvwzAIJKUVWZ"
_ENGLISH_SHARE: Final = 0.2  # of these letters per character: English texts seldom have more
_MARGIN: Final = 10  # characters added to the length, because the share varies more in short texts
_EVIDENCE: Final = 5.0  # a letter with a mark or a common word of another language counts as five such letters
_COUNTER: Final = 1.5  # a common English word takes off so many
USUAL_THE: Final = 16  # a text with one "the" per 16 words is English
_DOUBT: Final = 2.5  # share of the other language per letter too many and per word, at most 1
_COVERED_SHARE: Final = 0.22  # of common words, in a language that the vocabulary covers well
_SELDOM: Final = 8  # a text with fewer than one common word per 8 words may have random letters
_CLUSTERS: Final = 0.06  # groups of three consonants per letter: languages seldom have more, and random letters do
_MARKS: Final = 0.5  # letters with a mark per letter: likewise

_ENGLISH: Final = "the of and to that for with this are you by from not or it is on be as if"
# Common words of languages that the vocabulary covers well; a few of Polish, Danish and Turkish.
_COVERED: Final = (
    "de la que el en los las del por con una para como su un se "
    "le les et des du une est dans qui au pour sur vous par ou "
    "der die das und den von zu mit ist nicht ein eine auf sie oder "
    "di il che per della non sono dei una nel al alla con "
    "os um uma dos ao sua seu mais em não você com para "
    "het een van op voor niet en te dat met worden zijn "
    "yang dan dengan untuk dari ini pada tidak atau oleh dalam anda adalah akan setiap "
    "và là của có cho không được một các với người bạn để trong này khi og det som er "
    "w z jest do nie się dla lub oraz przez są ve bir bu için ile olarak veya daha değil olan"
)
# Of Welsh, Catalan and Icelandic, which share words with the languages above, but have more tokens per word.
_UNCOVERED: Final = (
    "yn yr mae am fod hyn ni gan eich neu wedi bod eu els amb dels aquest aquesta és són að ekki sem við á er til"
)


def _select(chars: bytes) -> bytes:
    """A table for bytes.translate that makes `chars` "a" and all others spaces."""
    return bytes(SMALL if code in chars else 0x20 for code in range(0x100))


LETTERS: Final = _select(bytes(code for code in range(0x100) if CLASSES[code] in (SMALL, CAPITAL, MARKED)))
_CONSONANTS: Final = _select(b"bcdfghjklmnpqrstvxzBCDFGHJKLMNPQRSTVXZ")


def _words(words: str) -> frozenset[bytes]:
    return frozenset(latin(word)[0] for word in words.split())


_ENGLISH_WORDS: Final = _words(_ENGLISH)
_COVERED_WORDS: Final = _words(_COVERED)
_UNCOVERED_WORDS: Final = _words(_UNCOVERED)
_COMMON_WORDS: Final = _ENGLISH_WORDS | _COVERED_WORDS | _UNCOVERED_WORDS


# What is counted. A text in part English has fractions of both.
NAMES_OF_WORDS: Final = (
    "english",  # words, also those of source code
    "covered",  # words of a language that the vocabulary covers well
    "covered foreign",  # their letters that English uses less
    "other",  # words of another language
    "other letters",
    "other foreign",
    "other y",  # "y", which Welsh and Malagasy use much
    "other marks",  # letters with a mark
    "capitals",  # pairs of capitals in a text that is not English
    "clusters",  # groups of three consonants, beyond the usual share
    "marks",  # letters with a mark, beyond the usual share
)


def count_words(text: str, raw: bytes, shape: bytes, letters: bytes, counts: dict[str, float]) -> None:
    """Count the words. `raw`, `shape` and `letters` are the text's Latin characters, their classes and letters."""
    words = letters.count(b" a") + letters.startswith(b"a")
    counts["english"] = words
    foreign = len(raw) - len(raw.translate(None, _FOREIGN_LETTERS))
    marked = shape.count(b"m") if b"m" in shape else 0
    doubt = foreign + _EVIDENCE * marked - _ENGLISH_SHARE * (len(raw) + _MARGIN)
    if doubt <= 0 and USUAL_THE * text.count(" the ") >= words:
        return
    common = list(filter(_COMMON_WORDS.__contains__, raw.lower().split()))
    size = letters.count(b"a")
    if len(common) * _SELDOM < words:
        counts["clusters"] = max(0.0, raw.translate(_CONSONANTS).count(b"aaa") - _CLUSTERS * size)
    if marked > _MARKS * size:
        counts["marks"] = marked - _MARKS * size
    sure, share = _language(common, words, doubt)
    if not sure:
        return
    counts["english"] = (1 - sure) * words
    if b"AA" in shape:
        counts["capitals"] = sure * shape.count(b"AA")
    if share:
        counts["covered"], counts["covered foreign"] = sure * share * words, sure * share * foreign
    if share < 1:
        other = sure * (1 - share)
        counts["other"], counts["other letters"], counts["other foreign"] = other * words, other * size, other * foreign
        counts["other y"], counts["other marks"] = other * raw.count(b"y"), other * marked


def _language(common: list[bytes], words: int, doubt: float) -> tuple[float, float]:
    """Return the share of the text that is not English, and of it the share in a well covered language.

    `common` are the words of the text that are common in English or in another language.
    """
    covered = sum(map(_COVERED_WORDS.__contains__, common))
    uncovered = sum(map(_UNCOVERED_WORDS.__contains__, common))
    doubt += _EVIDENCE * (covered + uncovered) - _COUNTER * sum(map(_ENGLISH_WORDS.__contains__, common))
    if doubt <= 0:
        return 0.0, 0.0
    share = max(0, covered - 2 * uncovered) / (_COVERED_SHARE * (words + 1))
    return min(1.0, _DOUBT * doubt / words), min(1.0, share)
