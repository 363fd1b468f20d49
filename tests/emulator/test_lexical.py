"""The lexical vectors: what is read of a text."""

import pytest

from emulator import lexical


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("word " * 2_000, True),
        ("word " * 2_048, False),
        ("x" * 12_000, True),
        ("x" * 12_288, False),
        ("字" * 4_000, True),
        ("字" * 4_096, False),
    ],
)
def test_what_follows_the_limit_of_the_model_changes_nothing(text, fits):
    assert (lexical.embed(text) != lexical.embed(text + " another end")) is fits


def test_a_prompt_is_not_counted():
    prompt = "task: search result | query: "
    assert lexical.embed(prompt + "word " * 2_040) != lexical.embed(prompt + "word " * 2_040 + "end")
