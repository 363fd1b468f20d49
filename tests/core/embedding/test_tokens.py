"""The token estimate: its accuracy, its bounds, and that its time grows linearly with the text."""

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.embedding import tokens
from embedder.embedding.token_counts import count
from tests.core.fakes import run

SAMPLES = Path(__file__).parents[2] / "data" / "gemma-token-counts.jsonl"
CHARACTERS = " \na7.\0éж字한ก😀\u0301\u200d\ud800\udfff\U0010ffff"
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


@given(st.sampled_from(CHARACTERS) | ANY_TEXT.filter(bool))
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
        (" " * 62, 2),
        ("the cat", 2),  # a single space belongs to the word
        ("<td>", 1),
        ("=" * 31, 2),
        ("someVarName", 3),
        ("a\r\nb", 4),
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


# Of each kind: a text and its exact tokens, counted with the tokenizer of Gemma 3.
REPEATED = [
    ("x" * 64, 8), ("=" * 64, 4), ("-" * 64, 4), ("ж" * 20, 20), ("e\u0301" * 10, 20), ("\r\n" * 4, 8),
    ("ACGT" * 8, 16), ("()[]{}" * 5, 15), ("<tr><td></td></tr>" * 5, 20),
]  # fmt: skip


@pytest.mark.parametrize(("text", "exact"), REPEATED)
def test_repeated_characters_and_patterns_are_not_far_too_few(text, exact):
    assert 0.85 <= tokens.estimate(text) / exact <= 1.6


GENERATOR = random.Random(5)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Random text and how many tokens a character has in it, measured with the tokenizer of Gemma 3.
RANDOM = [
    ("ACGT", 0.45), ("ACDEFGHIKLMNPQRSTVWY", 0.53), (LETTERS, 0.51), (LETTERS.upper(), 0.55),
    (LETTERS + LETTERS.upper(), 0.59), ("0123456789abcdef", 0.88), (".,;:!?-()\"'", 0.52), ("()[]{}<>", 0.53),
    ([chr(code) for code in range(0xAC00, 0xD7A4)], 2.51), ([chr(code) for code in range(0x410, 0x430)], 0.92),
    ([chr(code) for code in range(0x4E00, 0x9FA6)], 1.87),
]  # fmt: skip


@pytest.mark.parametrize(("chars", "rate"), RANDOM)
def test_random_text_has_more_tokens_than_words_of_its_length(chars, rate):
    text = "".join(GENERATOR.choices(chars, k=3000))
    assert 0.85 <= tokens.estimate(text) / (rate * len(text)) <= 1.45


@pytest.mark.parametrize("unit", ["abc def ", "字", "7 ", "Он пьёт молоко ", "the cat sat on the mat, "])
def test_of_a_long_text_samples_are_counted(unit):
    text = unit * (1_000_000 // len(unit))
    assert tokens.estimate(text) == pytest.approx(tokens.estimate(unit * 1000) * len(text) / len(unit * 1000), rel=0.1)


def test_a_long_text_is_sampled_in_all_its_parts():
    english, digits = "the cat sat on the mat, " * 5_000, "7 " * 60_000
    expected = tokens.estimate(english[:72_000]) * len(english) / 72_000 + len(digits)
    assert tokens.estimate(english + digits) == pytest.approx(expected, rel=0.05)


def test_texts_of_one_request_share_a_budget(monkeypatch):
    counted = []
    monkeypatch.setattr(tokens, "count", lambda text: counted.append(len(text)) or count(text))
    texts = ["the cat sat on the mat, " * length for length in (1, 10, 100, 20_000)]
    total, over = tokens.measure(texts * 4, 2000)
    assert sum(counted) <= 1.05 * 80_000
    assert total == pytest.approx(4 * sum(map(tokens.estimate, texts)), rel=0.15)
    assert over == [3, 7, 11, 15]


@pytest.mark.parametrize("unit", ["aбγ字한ع ไก่ ა ሀ ᓂ ㅎ é😀", "👨\u200d👩\u200d👧", "e\u0301\u0302", "\u0378"])
def test_texts_of_any_script_share_the_budget(unit, monkeypatch):
    counted = []
    monkeypatch.setattr(tokens, "count", lambda text: counted.append(len(text)) or count(text))
    tokens.measure([unit * (1_400 // len(unit))] * 2048, 2000)
    assert sum(counted) <= 1.05 * 80_000


@pytest.mark.parametrize(("texts", "yields"), [(["字" * 90, "a " * 90] * 1024, 3), (["a", "b" * 900] * 60, 0)])
def test_many_texts_are_measured_in_parts_and_have_the_same_tokens(texts, yields):
    taken = []

    async def yield_to_others():
        taken.append(1)

    assert run(tokens.measure_many(texts, 80, yield_to_others)) == tokens.measure(texts, 80)
    assert len(taken) == yields


def test_the_sample_of_a_text_does_not_begin_with_its_prompt():
    texts = ["title: none | text: " + "12 34 " * 300] * 2000
    assert tokens.measure(texts, 2000)[0] == pytest.approx(2000 * tokens.estimate(texts[0]), rel=0.1)


def test_many_texts_are_estimated_like_each_of_them():
    texts = ["Ordinary words.", "", "字字", "x" * 60_000, "\ud800"]
    assert tokens.measure(texts, 2000) == (sum(map(tokens.estimate, texts)), [3])


ENGLISH = "The train leaves the station at eight in the morning, and someVarName is in it 12 times.\n\n<td>"
GERMAN = "Der Zug fährt um acht Uhr morgens ab und kommt am Abend an. " * 9
OTHER = ["字字", GERMAN, "ACGT" * 9, "it's 9 o’clock", "\x80" * 9]


@pytest.mark.parametrize("more", [[], ["", "The end of the line", "7 " * 40], ["=" * 64], *([text] for text in OTHER)])
def test_english_texts_have_together_the_tokens_of_each(more):
    texts = [ENGLISH] * 10 + more
    assert tokens.measure(texts, 2000)[0] == pytest.approx(sum(map(tokens.estimate, texts)), rel=0.03)


def test_english_texts_are_counted_in_one_call(monkeypatch):
    monkeypatch.setattr(tokens, "count", None)
    assert tokens.measure([ENGLISH] * 10, 2000)[1] == []


@pytest.mark.parametrize("other", OTHER)
def test_other_texts_are_counted_one_by_one(other, monkeypatch):
    counted = []
    monkeypatch.setattr(tokens, "count", lambda text: counted.append(text) or count(text))
    tokens.measure([ENGLISH, other], 2000)
    assert counted == [ENGLISH, other]


def test_an_english_text_that_may_be_too_long_is_counted_alone():
    assert tokens.measure([ENGLISH, ENGLISH * 2, ENGLISH], 40) == (4 * tokens.estimate(ENGLISH), [1])


@given(st.lists(st.text("the cat<b>7\n ", max_size=30), max_size=9))
def test_texts_have_together_at_least_one_token_each(texts):
    assert tokens.measure([" the ", *texts], 2000)[0] > len(texts) - texts.count("")


def _seconds(text):
    start = time.process_time()
    for _ in range(4):
        tokens.estimate(text)
    return time.process_time() - start


@pytest.mark.parametrize("unit", [*"a 7-<é字😀\u0301\ud800", "\n ", "<a", "aA", ".,", "é ", "a\u0301", " 😀", "aж"])
def test_the_time_is_linear(unit):
    """Eight times the text takes about eight times the CPU time; with a quadratic loop it would take 64 times."""
    short = unit * (4_000 // len(unit))  # eight times is still less than what is counted
    runs = [(_seconds(short), _seconds(short * 8)) for _ in range(5)]
    assert min(run[1] for run in runs) < 24 * min(run[0] for run in runs)
