"""The encoding of a file: what is guessed, and what is no text."""

import random

import pytest

from embedder_cli.importer.files.encoding import detect

SENTENCES = {
    "cp1251": "Съешь ещё этих мягких французских булок, да выпей чаю. " * 5,
    "shift_jis": "いろはにほへと ちりぬるを わかよたれそ つねならむ。" * 5,
    "gb18030": "天地玄黄,宇宙洪荒。日月盈昃,辰宿列张。" * 5,
    "cp1252": "Grüße aus Köln. ",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_an_encoding_is_guessed(name):
    data = SENTENCES[name].encode(name)
    found = detect(data, may_guess=True)
    assert found.is_guess
    assert data.decode(found.name) == SENTENCES[name]


def test_the_beginning_of_a_picture_is_not_utf_16():
    found = detect(b"\x89PNG", may_guess=True)
    assert found is None or not found.name.startswith("utf_16")


def test_random_bytes_are_no_text():
    generator = random.Random(1)
    assert [detect(generator.randbytes(200), may_guess=True) for _ in range(5)] == [None] * 5
