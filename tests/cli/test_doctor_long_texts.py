"""Models that do not read long texts whole, or as one text: the doctor finds them, and says what it can't see."""

import math
from hashlib import shake_128

import pytest

from embedder.embedding import tokens
from embedder_cli.doctor.model import long_texts
from embedder_cli.doctor.results import Status
from embedder_cli.doctor.vectors import outside
from tests.cli.model_service import Service
from tests.cli.wrong import turned, unit


def failure(vector, **options):
    found = Service(vector, **options).run(long_texts.check)
    return found.detail if found.status is Status.FAIL else ""


@pytest.fixture
def reads(model):
    """A model that reads the words that a function keeps."""
    return lambda keeps: lambda text: model(" ".join(keeps(text.split(" "))))


@pytest.mark.parametrize(
    ("keeps", "parts"),
    [
        (lambda words: words[-510:], "71 to 1,260"),
        (lambda words: words[-1_700:], "71 to 120"),
        (lambda words: [*words[:400], *words[400:][-400:]], "451 to 1,450"),
        (lambda words: [*words[:1_024], *words[1_024:][-512:]], "1,211 to 1,260"),
        (lambda words: [*words[:150], *words[600:800], *words[1_300:]], "261 to 500 and 831 to 1,260"),
    ],
)
def test_a_model_that_leaves_out_a_part(reads, keeps, parts):
    assert failure(reads(keeps)) == (
        f"The model does not read the tokens {parts} of texts of 1,900 tokens: two of them that differ in nothing else "
        "have the same vector. Split long texts before they are sent."
    )


@pytest.mark.parametrize("chars", [20, 100, 1_000, 4_000, 10_000, 12_000])
def test_only_the_beginning_counts_as_in_a_cache_by_prefix(model, chars):
    found = Service(lambda text: model(text[:chars])).run(long_texts.check)
    assert (found.status, found.figures["truncated"]) == (Status.FAIL, [700, 1900][chars > 4_000 :])


def test_the_figures_tell_how_far_the_limits_are(model):
    figures = Service(model).run(long_texts.check).figures
    assert figures["cosine_with_same_words"] >= long_texts._NEAR
    assert figures["cosine_with_other_order"] < long_texts.SAME_COSINE
    assert figures["nearer_to_other_subject"] > 0
    assert figures["not_additive"] > long_texts._ADDITIVE


def mean(rows):
    return unit([*map(sum, zip(*rows, strict=True))])


@pytest.mark.parametrize(
    ("words", "overlap"), [(64, 0), (254, 0), (256, 32), (500, 0), (510, 50), (512, 0), (1_000, 100), (1_024, 0)]
)
def test_an_average_of_the_vectors_of_parts(model, words, overlap):
    def vector(text):
        found = text.split(" ")
        starts = range(0, max(len(found) - overlap, 1), words - overlap)
        return mean([model(" ".join(found[start : start + words])) for start in starts])

    assert failure(vector).startswith(
        "The vector of a text of 1,900 tokens is an average of the vectors of its parts: "
    )


def test_an_average_of_parts_of_2000_characters(model):
    detail = failure(lambda text: mean([model(text[start : start + 2_000]) for start in range(0, len(text), 2_000)]))
    assert "is an average of the vectors of its parts" in detail


def test_a_text_that_is_cut_in_its_middle(reads):
    assert "does not read the tokens 931 to 970 of texts of 1,900 tokens" in failure(
        reads(lambda words: [*words[:900], *words[900:][-900:]])
    )


@pytest.mark.parametrize("first", [0, 1])
def test_every_second_word_left_out(reads, first):
    detail = failure(reads(lambda words: words[first::2] if len(words) > 1_000 else words))
    assert detail.startswith("The model does not read every second word of texts of 1,900 tokens. ")


JOINED = {
    "largest": max,
    "largest without sign": lambda numbers: max(numbers, key=abs),
    "median": lambda numbers: sorted(numbers)[len(numbers) // 2],
}


@pytest.mark.parametrize("words", [256, 512, 1_024])
@pytest.mark.parametrize("name", JOINED)
def test_vectors_of_parts_that_are_put_together_number_by_number(model, name, words):
    def vector(text):
        found = text.split(" ")
        rows = [model(" ".join(found[start : start + words])) for start in range(0, len(found), words)]
        return unit([*map(JOINED[name], zip(*rows, strict=True))])

    detail = failure(vector)
    assert detail.startswith("A change of a tenth of a text of 1,900 tokens leaves ")
    assert "the vectors of its parts are put together number by number" in detail


def beyond(words, model, wrong):
    """Return a model that is another one for texts of more than so many words."""
    return lambda text: wrong(model(text), text) if text.count(" ") >= words else model(text)


def other(_, text):
    return unit([byte - 127.5 for byte in shake_128(text.encode()).digest(768)])


@pytest.mark.parametrize(
    "wrong",
    [
        other,
        lambda row, _: [-value for value in row],
        lambda row, _: row[::-1],
        lambda row, _: [*row[1:], row[0]],
        lambda row, _: [*row[384:], *row[:384]],
    ],
    ids=["consistent", "signs", "reversed", "rotated", "halves"],
)
@pytest.mark.parametrize("words", [100, 300, 699])
def test_another_model_for_long_texts(model, wrong, words):
    assert failure(beyond(words, model, wrong)).startswith("The vectors of long texts do not fit those of short ones: ")


def test_long_texts_whose_words_have_no_order(model):
    detail = failure(beyond(100, model, lambda _, text: model(" ".join(sorted(text.split())))))
    assert detail.startswith("The order of the words of a text of 700 tokens does not change its vector. ")


def test_vectors_of_long_texts_that_are_not_normalised(model):
    detail = failure(beyond(600, model, lambda row, _: [2 * value for value in row]))
    assert detail.startswith("Vectors of long texts and of short ones have different lengths")


def test_short_texts_beside_long_ones(model):
    rows = lambda found: [turned(row, 0.1) if len(found) > 15 else row for row in found]  # noqa: E731
    assert failure(model, rows=rows).startswith("Short texts have other vectors if long ones are in the same call ")


@pytest.mark.parametrize("digits", [3, 4])
def test_the_model_passes_when_its_numbers_are_rounded(model, digits):
    assert not failure(lambda text: [round(value, digits) for value in model(text)])


def test_the_service_does_not_estimate_the_long_texts_as_too_long():
    assert max(map(tokens.estimate, long_texts.TEXTS)) <= 2046


def test_the_texts_of_the_call(model):
    made = Service(model)
    made.examine()
    [texts] = [texts for texts in made.model.calls if any(len(text) > 10_000 for text in texts)]
    assert texts[:-1] == [*dict.fromkeys(texts)][:-1] == long_texts.TEXTS
    assert sorted(text.count(" ") + 1 for text in texts)[-21:] == [700] * 3 + [1900] * 18


def test_what_is_outside_of_other_vectors():
    assert outside([3.0, 4.0], []) == 5
    assert outside([3.0, 4.0], [[2.0, 0.0]]) == 4
    assert outside([3.0, 4.0, 0.0], [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]) < 1e-9
    assert outside([0.0, 1.0], [[0.0, 0.0]]) == 1
    assert math.isclose(outside([1.0, 1.0], [[1.0, 0.0], [2.0, 0.0]]), 1)


# What the doctor can't see: docs/operating.md says so.
@pytest.mark.parametrize(
    "keeps",
    [
        lambda words: words[:1_890],
        lambda words: words[:2_000],
        lambda words: [*words[:1_215], *words[1_215:][-500:]],
        lambda words: [word for at, word in enumerate(words) if at % 3 or len(words) < 200],
    ],
    ids=["1,890 tokens", "2,000 tokens", "a gap of 185 tokens", "every third word"],
)
def test_what_is_not_found(reads, keeps):
    assert not failure(reads(keeps))
