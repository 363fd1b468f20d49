"""The token estimate: how near it comes to exact counts, what it never does, and that its time grows with the text."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder import tokens

SAMPLES = Path(__file__).parents[1] / "data" / "gemma-token-counts.jsonl"
ANY_TEXT = st.text(st.characters(codec=None), max_size=200)  # lone surrogates and all


def _errors():
    samples = map(json.loads, SAMPLES.read_text(encoding="utf-8").splitlines())
    long = [sample for sample in samples if sample["tokens"] >= 20]
    assert len({sample["kind"] for sample in long}) == len(long)
    return {sample["kind"]: tokens.estimate(sample["text"]) / sample["tokens"] - 1 for sample in long}


def test_it_is_right_within_15_percent_on_the_average():
    errors = _errors()
    assert len(errors) >= 20
    assert sum(map(abs, errors.values())) / len(errors) <= 0.15


def test_no_text_of_twenty_tokens_is_off_by_more_than_40_percent():
    assert {kind: error for kind, error in _errors().items() if abs(error) > 0.40} == {}


MARKDOWN = ["markdown-guide", "markdown-table", "markdown-api"]
CODE = ["python-class", "python-script", "typescript", "sql", "json-config", "html", "shell", "yaml"]


def _samples(*kinds):
    samples = map(json.loads, SAMPLES.read_text(encoding="utf-8").splitlines())
    return [sample for sample in samples if sample["kind"].startswith(kinds)]


@pytest.mark.parametrize("kinds", [MARKDOWN, CODE])
def test_markdown_and_source_code_are_not_counted_too_high(kinds):
    samples = _samples(*kinds)
    assert len(samples) == len(kinds)
    estimated = sum(tokens.estimate(sample["text"]) for sample in samples)
    assert abs(estimated / sum(sample["tokens"] for sample in samples) - 1) <= 0.04


@pytest.mark.parametrize("kind", [*MARKDOWN, *CODE, "list", "mn"])
def test_markup_code_word_lists_and_mongolian_are_right_within_20_percent(kind):
    for sample in _samples(kind):
        assert tokens.estimate(sample["text"]) == pytest.approx(sample["tokens"], rel=0.2)


@pytest.mark.parametrize("prose", ["Поезд отходит в восемь часов утра. ", "الكتاب على الطاولة "])
def test_a_text_in_two_scripts_has_the_tokens_of_both(prose):
    english = "The train leaves the station at eight in the morning. "
    both = tokens.estimate(english * 3 + prose * 3)
    assert both == pytest.approx(tokens.estimate(english * 3) + tokens.estimate(prose * 3), rel=0.15)


def test_languages_with_the_letters_of_english_show_by_their_common_words():
    samples = _samples("plain-")
    assert len(samples) == 3
    for sample in samples:
        assert sample["text"].isascii()
        assert tokens.estimate(sample["text"]) == pytest.approx(sample["tokens"], rel=0.25)


@pytest.mark.parametrize("text", ["", "Ordinary words in an ordinary sentence.", "Größe in Zentimetern", "цена"])
def test_typographic_quotes_and_a_dash_are_about_a_token_each(text):
    assert tokens.estimate(f"“{text}” —") - tokens.estimate(text) in range(2, 5)


def test_empty_text_has_no_tokens():
    assert tokens.estimate("") == 0


@pytest.mark.parametrize("text", list(" \na7.\0éж字한ก😀\u0301\u200d\ud800\udfff\U0010ffff"))
def test_a_single_character_has_a_token_and_no_more_than_its_bytes(text):
    assert 1 <= tokens.estimate(text) <= len(text.encode("utf-8", "surrogatepass"))


@given(ANY_TEXT.filter(bool))
def test_any_text_has_a_token_and_no_more_than_its_bytes(text):
    assert 1 <= tokens.estimate(text) <= len(text.encode("utf-8", "surrogatepass"))


@given(st.text("ab E.,<>/-19 \n\té", min_size=1, max_size=200))
def test_markup_and_code_stay_within_the_bounds_too(text):
    assert 1 <= tokens.estimate(text) <= len(text.encode())


@given(st.text("0123456789", min_size=1, max_size=300))
def test_every_digit_is_a_token(text):
    assert tokens.estimate(text) == len(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3.14159", 7),  # the point is a token as well
        ("12 34", 5),  # and the space before a digit
        ("٣٤٥", 3),
        ("a    b", 3),  # a run of spaces is one
        ("a\n\n\nb", 3),
        ("a\t\tb", 3),
        ("the cat", 2),  # a single space belongs to the word
        ("<td>", 2),
        ("=" * 31, 1),
        ("someVarName", 3),
        ("🎉🎈", 2),
    ],
)
def test_the_rules_of_cutting(text, count):
    assert tokens.estimate(text) == count


def test_a_language_with_other_letters_and_words_than_english_has_more_tokens():
    english = "the house of the friend is in the street by the river and the park"
    swahili = "nyumba yangu ndogo ipo karibu sana pale mtoni upande mwingine"
    assert tokens.estimate(swahili) / len(swahili) > 1.2 * tokens.estimate(english) / len(english)


@pytest.mark.parametrize("more", ["the", "é", "ж", "字", "7", "<b>", "\ud800"])
@pytest.mark.parametrize("sample", ["the cat sat on the mat ", "nyumba yangu ipo karibu na mto ", "Он пьёт молоко "])
def test_one_word_more_never_lowers_the_estimate_by_a_tenth(sample, more):
    text = sample * 5
    assert tokens.estimate(text + more) >= 0.9 * tokens.estimate(text)


def _seconds(text):
    start = time.process_time()
    tokens.estimate(text)
    return time.process_time() - start


@pytest.mark.parametrize("unit", [*"a 7-<é字😀\u0301\ud800", "\n ", "<a", "aA", ".,", "é ", "a\u0301", " 😀", "aж"])
def test_the_time_is_linear(unit):
    """Eight times the text takes about eight times the CPU time; with a quadratic loop it would take 64 times."""
    short = unit * (25_000 // len(unit))
    runs = [(_seconds(short), _seconds(short * 8)) for _ in range(5)]
    assert min(run[1] for run in runs) < 24 * min(run[0] for run in runs)
