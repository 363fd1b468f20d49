"""The encoding of a file: named by a byte order mark, or UTF-8, or detected."""

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

HEAD_BYTES = 1024 * 1024  # that are looked at
_GUESS_BYTES = 64 * 1024
_WIDE = ("utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMON = "cp1252"  # the 8-bit encoding that most files have
_WESTERN = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜŸßàáâãäåæçèéêëìíîïñòóôõöøœùúûüÿ“”„‘’‚–—…€£§°«»©®™•·´¿¡ºª½µ×\xa0"
_WORD = re.compile(r"[^\W\d_]+")
_CLEAR_BYTES = 500
_CLEAR = 0.5  # a coherence, of at most 1
_MIN_NULS = 50  # one byte in 50 of UTF-16 is at least NUL: the upper half of spaces and line breaks


@dataclass(frozen=True)
class Encoding:
    """A name of Python's. `is_guess`: nothing in the file names it."""

    name: str = "utf-8"
    is_guess: bool = False


def is_known(name: str) -> bool:
    """Return whether Python can decode text with this name."""
    try:
        io.TextIOWrapper(io.BytesIO(), name).read()
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def head_of(file: BinaryIO) -> bytes:
    """Return the beginning of a file, which is read again afterwards. A pipe gives what it has."""
    if not file.seekable():
        return bytes(file.peek(1))  # type: ignore[attr-defined]
    head = file.read(HEAD_BYTES)
    file.seek(0)
    return head


def detect(head: bytes, *, may_guess: bool) -> Encoding | None:
    """Return the encoding of a text that begins with `head`; None if it is not a text.

    Without `may_guess`, 8-bit encodings are not considered: JSON is Unicode.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name)
    good, at = _utf8(head)
    if b"\0" in head[:_GUESS_BYTES]:
        wide = _guess(head[:_GUESS_BYTES], wide=True) if head.count(b"\0") * _MIN_NULS > len(head) else None
        return wide or (Encoding() if at is None or not may_guess else None)
    if at is None or good or not may_guess:
        return Encoding()
    start = max(0, at - _GUESS_BYTES // 2)
    return _guess(head[start : start + _GUESS_BYTES], wide=False)


def _utf8(head: bytes) -> tuple[bool, int | None]:
    """Return whether most characters beyond ASCII are UTF-8, and where the first byte is that is not."""
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(head)
    if text.isascii():
        return True, None
    bad = sum("\udc80" <= character <= "\udcff" for character in text)
    if not bad:
        return True, None
    beyond = sum(not character.isascii() for character in text)
    first = next(index for index, character in enumerate(text) if "\udc80" <= character <= "\udcff")
    return beyond - bad > bad, len(text[:first].encode())


def _guess(data: bytes, *, wide: bool) -> Encoding | None:
    from charset_normalizer import from_bytes  # it takes a tenth of a second

    if wide:
        found = from_bytes(data[: len(data) // 4 * 4], cp_isolation=[*_WIDE])
    else:  # any bytes of an even number look like UTF-16 in Chinese
        found = from_bytes(data, cp_exclusion=[*_WIDE, "utf_16", "utf_32"])
    best = found.best()
    if best is None:
        return None
    is_clear = len(data) >= _CLEAR_BYTES and best.coherence >= _CLEAR
    return Encoding(_COMMON if not wide and not is_clear and _is_western(data) else best.encoding, is_guess=True)


def _is_western(data: bytes) -> bool:
    """Return whether a text reads as cp1252: single accents in words, and usual punctuation.

    On short texts, the detection by language is chance.
    """
    try:
        text = data.decode(_COMMON)
    except UnicodeDecodeError:
        return False
    if not all(character.isascii() or character in _WESTERN for character in text):
        return False
    words = [word for word in _WORD.findall(text) if len(word) > 2 and not word.isascii()]
    return 2 * sum(not letter.isascii() for word in words for letter in word) <= sum(map(len, words))
