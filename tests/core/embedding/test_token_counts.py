"""What the token estimate counts in a text."""

import pytest

from embedder.embedding import token_counts
from embedder.embedding.token_counts import count
from embedder.embedding.token_runs import SINGLE
from embedder.embedding.token_weights import WEIGHTS


def _count(text):
    return {name: number for name, number in count(text).items() if number}


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", {}),
        ("12 34", {SINGLE: 4, "spaced": 1}),
        ("a_b", {SINGLE: 1, "english": 2}),
        ("a.b", {"signs": 1, "english": 2}),
        ("({[", {"signs": 1}),
        ("(){};", {"long signs": 5}),
        ("=" * 32, {SINGLE: 2}),
        ("-----+++++", {SINGLE: 2}),
        (" " * 32 + "\n", {SINGLE: 3}),
        ("\t" * 64, {SINGLE: 2}),
        ("\r\n" * 3, {SINGLE: 6}),
        ("\x85", {SINGLE: 2}),
        ("</td><td>", {SINGLE: 2}),
        ("someVarName", {"english": 1, "humps": 2}),
        ("x" * 80, {SINGLE: 10}),
        ("q" * 80, {SINGLE: 40}),
        ("ж" * 80, {SINGLE: 80}),
        ("뷁" * 80, {SINGLE: 240}),
        ("。" * 80, {SINGLE: 20}),
        ("it’s", {"english": 2, "one": 1}),
    ],
)
def test_the_counts_of_small_texts(text, counts):
    assert _count(text) == counts


def test_every_count_has_a_weight():
    assert set(WEIGHTS) == {SINGLE, *token_counts.NAMES, *token_counts.scripts.SCRIPTS}


def test_words_around_a_long_one_are_counted():
    assert _count("the cat " + "qzxkvbwjhgfp" * 2 + " sat on the mat")["english"] == 6
