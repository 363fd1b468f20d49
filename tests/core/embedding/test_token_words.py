"""Words in Latin script: their characters as bytes, and the language."""

import pytest

from embedder.embedding.token_words import CLASSES, LETTERS, count_words, latin


def _count(text):
    raw, _ = latin(text)
    counts = {}
    count_words(text, raw, raw.translate(CLASSES), raw.translate(LETTERS), counts)
    return {name: number for name, number in counts.items() if number}


@pytest.mark.parametrize(
    ("text", "raw", "beyond"),
    [
        ("abc é", b"abc \xe9", b""),
        ("łódź", b"\xff\xf3d\xff", b""),
        ("a字b", b"a\x9fb", b"\x5b"),
        ("a“b", b"a\x9fb", b"\x20"),
        ("a😀b", b"a\x9f\x9fb", b"\xd8\xde"),
        ("a\ud800", b"a\x9f", b"\xd8"),
    ],
)
def test_a_text_has_a_byte_for_each_latin_character(text, raw, beyond):
    assert latin(text)[0] == raw
    assert len(latin(text)[1]) == len(beyond)


def test_the_classes_of_characters():
    assert b"aZ\xe97.-_ \n\xa0\x9f".translate(CLASSES) == b"aAm0..o \n2x"


def test_english_words_are_counted():
    assert _count("the cat sat on the mat and the dog was there") == {"english": 11}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("el gato que está en la casa es de la señora", "covered"),
        ("die Katze ist nicht in dem Haus und der Hund auch nicht", "covered"),
        ("nyumba yangu ndogo ipo karibu sana pale mtoni upande mwingine", "other"),
        ("mae hi yn byw yn y dref ac mae hi wedi bod yno", "other"),
    ],
)
def test_other_languages_are_recognised(text, name):
    counts = _count(text)
    assert counts[name] > 0.9 * len(text.split())
    assert counts.get("english", 0) < 0.1 * len(text.split())


def test_random_letters_have_clusters_of_consonants():
    assert _count("xkrtw bnmpq fghjk lzrtv cxpwq")["clusters"] > 3
    assert "clusters" not in _count("the cat sat on the mat and the dog was there")


def test_capitals_count_in_other_languages_only():
    assert _count("EL GATO QUE ESTÁ EN LA CASA ES DE LA SEÑORA")["capitals"] > 10
    assert "capitals" not in _count("THE CAT SAT ON THE MAT AND THE DOG WAS THERE")
