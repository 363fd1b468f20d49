"""The token estimate: its accuracy, its bounds, and that its time grows linearly with the text."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.embedding import tokens

SAMPLES = Path(__file__).parents[2] / "data" / "gemma-token-counts.jsonl"
ANY_TEXT = st.text(st.characters(codec=None), max_size=200)  # including lone surrogates


def _errors():
    samples = map(json.loads, SAMPLES.read_text(encoding="utf-8").splitlines())
    long = [sample for sample in samples if sample["tokens"] >= 20]
    assert len({sample["kind"] for sample in long}) == len(long)
    return {sample["kind"]: tokens.estimate(sample["text"]) / sample["tokens"] - 1 for sample in long}


def test_the_mean_error_is_at_most_15_percent():
    errors = _errors()
    assert len(errors) >= 20
    assert sum(map(abs, errors.values())) / len(errors) <= 0.15


def test_the_error_for_20_tokens_or_more_is_at_most_40_percent():
    assert {kind: error for kind, error in _errors().items() if abs(error) > 0.40} == {}


MARKDOWN = ["markdown-guide", "markdown-table", "markdown-api"]
CODE = ["python-class", "python-script", "typescript", "sql", "json-config", "html", "shell", "yaml"]


def _samples(*kinds):
    samples = map(json.loads, SAMPLES.read_text(encoding="utf-8").splitlines())
    return [sample for sample in samples if sample["kind"].startswith(kinds)]


@pytest.mark.parametrize("kinds", [MARKDOWN, CODE])
def test_the_mean_error_for_markdown_and_source_code_is_at_most_4_percent(kinds):
    samples = _samples(*kinds)
    assert len(samples) == len(kinds)
    estimated = sum(tokens.estimate(sample["text"]) for sample in samples)
    assert abs(estimated / sum(sample["tokens"] for sample in samples) - 1) <= 0.04


@pytest.mark.parametrize("kind", [*MARKDOWN, *CODE, "list", "mn"])
def test_the_error_for_markup_code_lists_and_mongolian_is_at_most_20_percent(kind):
    for sample in _samples(kind):
        assert tokens.estimate(sample["text"]) == pytest.approx(sample["tokens"], rel=0.2)


@pytest.mark.parametrize("prose", ["Поезд отходит в восемь часов утра. ", "الكتاب على الطاولة "])
def test_a_text_in_two_scripts_has_about_the_tokens_of_both_parts(prose):
    english = "The train leaves the station at eight in the morning. "
    both = tokens.estimate(english * 3 + prose * 3)
    assert both == pytest.approx(tokens.estimate(english * 3) + tokens.estimate(prose * 3), rel=0.15)


def test_ascii_text_in_other_languages_is_recognised_by_common_words():
    samples = _samples("plain-")
    assert len(samples) == 3
    for sample in samples:
        assert sample["text"].isascii()
        assert tokens.estimate(sample["text"]) == pytest.approx(sample["tokens"], rel=0.25)


@pytest.mark.parametrize("text", ["", "Ordinary words in an ordinary sentence.", "Größe in Zentimetern", "цена"])
def test_typographic_quotes_and_dashes_are_about_one_token_each(text):
    assert tokens.estimate(f"“{text}” —") - tokens.estimate(text) in range(2, 5)


def test_empty_text_has_no_tokens():
    assert tokens.estimate("") == 0


@pytest.mark.parametrize("text", list(" \na7.\0éж字한ก😀\u0301\u200d\ud800\udfff\U0010ffff"))
def test_a_character_has_at_least_one_token_and_at_most_one_per_byte(text):
    assert 1 <= tokens.estimate(text) <= len(text.encode("utf-8", "surrogatepass"))


@given(ANY_TEXT.filter(bool))
def test_any_text_has_at_least_one_token_and_at_most_one_per_byte(text):
    assert 1 <= tokens.estimate(text) <= len(text.encode("utf-8", "surrogatepass"))


@given(st.text("ab E.,<>/-19 \n\té", min_size=1, max_size=200))
def test_markup_and_code_stay_within_the_bounds(text):
    assert 1 <= tokens.estimate(text) <= len(text.encode())


@given(st.text("0123456789", min_size=1, max_size=300))
def test_every_digit_is_a_token(text):
    assert tokens.estimate(text) == len(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3.14159", 7),  # the point is a token
        ("12 34", 5),  # the space before a digit is a token
        ("٣٤٥", 3),
        ("a    b", 3),  # a run of spaces is one token
        ("a\n\n\nb", 3),
        ("a\t\tb", 3),
        ("the cat", 2),  # a single space belongs to the word
        ("<td>", 2),
        ("=" * 31, 1),
        ("someVarName", 3),
        ("🎉🎈", 2),
    ],
)
def test_the_tokenisation_rules(text, count):
    assert tokens.estimate(text) == count


def test_an_unfamiliar_language_has_more_tokens_per_character_than_english():
    english = "the house of the friend is in the street by the river and the park"
    swahili = "nyumba yangu ndogo ipo karibu sana pale mtoni upande mwingine"
    assert tokens.estimate(swahili) / len(swahili) > 1.2 * tokens.estimate(english) / len(english)


@pytest.mark.parametrize("more", ["the", "é", "ж", "字", "7", "<b>", "\ud800"])
@pytest.mark.parametrize("sample", ["the cat sat on the mat ", "nyumba yangu ipo karibu na mto ", "Он пьёт молоко "])
def test_one_more_word_never_lowers_the_estimate_by_more_than_a_tenth(sample, more):
    text = sample * 5
    assert tokens.estimate(text + more) >= 0.9 * tokens.estimate(text)


@pytest.mark.parametrize("rest", ["a", "字", "7 "])
def test_of_a_very_long_text_the_beginning_is_counted(rest):
    beginning = "the cat sat on the mat, " * 1366  # 32,784 characters
    long = beginning + rest * (3 * len(beginning) // len(rest))
    assert tokens.estimate(long) == pytest.approx(4 * tokens.estimate(beginning), rel=0.001)


def _seconds(text):
    start = time.process_time()
    for _ in range(10):
        tokens.estimate(text)
    return time.process_time() - start


@pytest.mark.parametrize("unit", [*"a 7-<é字😀\u0301\ud800", "\n ", "<a", "aA", ".,", "é ", "a\u0301", " 😀", "aж"])
def test_the_time_is_linear(unit):
    """Eight times the text takes about eight times the CPU time; with a quadratic loop it would take 64 times."""
    short = unit * (4_000 // len(unit))  # eight times is still less than what is counted
    runs = [(_seconds(short), _seconds(short * 8)) for _ in range(5)]
    assert min(run[1] for run in runs) < 24 * min(run[0] for run in runs)
