"""Printed text: nothing in it controls the terminal, and JSON loses nothing."""

import json

import pytest

from embedder_cli.printable import json_text, plain

CONTROLS = "\x00\x07\x08\x1b\x7f\x85\x9b\u061c\u200e\u202e\u2028\u2066\ufeff\ud800\U000e0041"


@pytest.mark.parametrize("character", CONTROLS)
def test_characters_that_control_a_terminal_are_removed(character):
    assert plain(f"a{character}b").replace(" ", "") == "ab"


def test_line_breaks_become_spaces():
    assert plain("a\r\nb\tc") == "a b c"


def test_letters_of_every_script_stay():
    text = "Grüße, 猫, שלום, می‌خواهم, 👩‍💻"
    assert plain(text) == text
    assert text in json_text({"text": text})


def test_long_text_is_truncated():
    assert plain("x" * 600, 10) == "xxxxxxxxx…"


@pytest.mark.parametrize("character", CONTROLS)
def test_json_escapes_what_controls_a_terminal(character):
    made = json_text({character: [f"a{character}b"]})
    assert character not in made
    assert json.loads(made) == {character: [f"a{character}b"]}
