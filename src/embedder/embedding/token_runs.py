"""Runs of equal characters, for the token estimate: of most characters, one token holds several."""

import re
from math import ceil
from typing import Final

from embedder.embedding import scripts

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
RUN_OF_SIGNS, RUN_OF_LETTERS = 4, 8  # from this length on, a run is looked at
_EQUAL: Final = re.compile(r"([^\s\w]|_)\1{3,}|([^\W\d])\2{7,}")
_CHARACTERS: Final = 64  # of a sample that tells whether characters of other scripts are repeated
_REPEATED: Final = 4  # times that each is in the sample on average


def has_few_characters(text: str) -> bool:
    """Tell whether a sample has few different characters, so that they may be repeated."""
    sample = text[:: len(text) // _CHARACTERS + 1]
    return len(set(sample)) * _REPEATED < len(sample)


def cut_equal(text: str, counts: dict[str, float]) -> str:
    """Count the tokens of runs of equal characters, and return the text with a space for each."""

    def cut(run: re.Match[str]) -> str:
        char = run[0][0]
        held = _HELD.get(char) or (2 if " " < char < "\x7f" else 1 / scripts.bytes_of(char))
        counts[SINGLE] += ceil(len(run[0]) / held)
        return " "

    return _EQUAL.sub(cut, text)


def cut_equal_bytes(chars: bytes, run: int, counts: dict[str, float]) -> bytes:
    """Do the same with characters in Latin-1, if one of them is repeated `run` times."""
    if any(bytes([char]) * run in chars for char in set(chars)):
        return cut_equal(chars.decode("latin-1"), counts).encode("latin-1")
    return chars
