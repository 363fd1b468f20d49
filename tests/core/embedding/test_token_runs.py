"""Runs of equal characters in the token estimate."""

import pytest

from embedder.embedding.token_runs import SINGLE, cut_equal, cut_equal_bytes, has_few_characters


@pytest.mark.parametrize(
    ("text", "rest", "tokens"),
    [
        ("a===b", "a===b", 0),  # too short to be looked at
        ("a" + "=" * 32 + "b", "a b", 2),
        ("q" * 80, " ", 40),
        ("x" * 80, " ", 10),
        ("。" * 80, " ", 20),
        ("뷁" * 80, " ", 240),  # a token for each of its bytes
    ],
)
def test_a_run_becomes_a_space_and_is_counted_by_what_a_token_holds(text, rest, tokens):
    counts = {SINGLE: 0}
    assert cut_equal(text, counts) == rest
    assert counts[SINGLE] == tokens


def test_bytes_are_looked_at_only_if_one_is_repeated_often_enough():
    counts = {SINGLE: 0}
    assert cut_equal_bytes(b"-----", 8, counts) == b"-----"
    assert cut_equal_bytes(b"-----", 4, counts) == b" "
    assert counts[SINGLE] == 1


@pytest.mark.parametrize(("text", "few"), [("字" * 64, True), ("ab" * 40, True), ("".join(map(chr, range(64))), False)])
def test_few_different_characters_may_be_repeated(text, few):
    assert has_few_characters(text) is few
