"""Long words in the token estimate: their letters, and the pairs of letters that tell words from random letters."""

import pytest

from embedder.embedding.token_long import cut_long
from embedder.embedding.token_runs import SINGLE


def _count(word):
    counts = {SINGLE: 0}
    assert cut_long(f"a {word} b".encode("latin-1"), counts) == b"a  b"
    return counts


def test_long_words_are_told_by_their_pairs_of_letters():
    compound, random = _count("arbeitslosenversicherung"), _count("qzxkvbwjhgfpdqzxkvbwjhgf")
    assert compound["long"] == random["long"] == 24
    assert compound["long pairs"] > 10 > random.get("long pairs", 0)


@pytest.mark.parametrize("text", ["ATATATTAATTATAATATTAAATT", "interest" * 8])
def test_of_few_letters_and_of_patterns_few_pairs_count(text):
    counts = _count(text)
    assert counts["long pairs"] <= 0.23 * counts["long"] + 0.01


def test_a_repeated_letter_is_counted_by_its_tokens_and_not_by_its_letters():
    counts = _count("a" * 32)
    assert (counts[SINGLE], counts.get("long", 0)) == (4, 0)  # 8 letters a token


def test_text_without_long_words_stays():
    counts = {SINGLE: 0}
    assert cut_long(b"the cat sat on the mat", counts) == b"the cat sat on the mat"
    assert counts == {SINGLE: 0}
