"""The scripts of characters beyond Latin, which the token estimate counts."""

import unicodedata

import pytest

from embedder.embedding import scripts


def _count(text):
    counts = {}
    scripts.count(text, counts)
    return counts


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("αετ", "Greek"),
        ("нет", "Cyrillic"),
        ("ПОЕЗД", "Cyrillic capitals"),
        ("זץ", "rare letters"),
        ("יא", "Hebrew"),
        ("คน", "Thai"),
        ("のは", "kana"),
        ("的人", "Han"),
        ("鼓", "Han"),
        ("㐀", "three bytes"),
        ("\u9fa5\u4e02", "rare Han"),
        ("하는", "frequent Hangul"),
        ("뷁", "rare Hangul"),
        ("😀", "emoji"),
        ("“—", "one"),
        ("٣٤", "one"),
        ("\u0301", "combining"),
        ("\U00030000", "far"),
        ("ƀ", "rare Latin"),
    ],
)
def test_each_character_is_counted_in_its_script(text, script):
    assert script in _count(text)


def test_latin_letters_are_not_counted():
    assert _count("Größe łódź") == {}


def test_every_character_has_a_script():
    names = set(scripts.SCRIPTS) | {"rare", "unusual Han"}
    for start in range(0, 0x110000, 0x1000):
        text = "".join(map(chr, range(start, start + 0x1000)))
        assert set(_count(text)) <= names


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("мы были там", "Russian"),
        ("він був там", "Ukrainian"),
        ("мы былі там ў лесе", "Cyrillic"),
        ("той беше там", "Cyrillic"),
        ("қызыл", "Cyrillic"),
    ],
)
def test_russian_and_ukrainian_are_told_from_other_languages(text, language):
    assert language in _count(text)
    assert not {"Russian", "Ukrainian"} - {language} & set(_count(text))


def test_random_letters_have_more_rare_ones_than_texts():
    letters = [char for char in map(chr, range(0x900, 0x980)) if unicodedata.category(char)[0] in "LM"]
    assert _count("".join(letters))["rare"] > 0.3 * len(letters)
    assert _count("यह एक साधारण वाक्य है और इसमें कई शब्द हैं").get("rare", 0) <= 2


def test_random_han_characters_have_more_unusual_ones_than_texts():
    assert _count("的人一是不了在有我他这个们中来")["unusual Han"] == 0
    assert _count("鼓掌裤腰虾蟹肘腕秤砣")["unusual Han"] > 3


@pytest.mark.parametrize(("char", "size"), [("ж", 1), ("字", 1), ("뷁", 3), ("\U00030000", 4), ("ƀ", 2)])
def test_a_character_that_is_not_in_the_vocabulary_has_its_bytes(char, size):
    assert scripts.bytes_of(char) == size
