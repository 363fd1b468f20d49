"""Models that are almost EmbeddingGemma: the doctor finds each, and says what is wrong with it."""

import html
import json
import math
import random
import re
import struct
import unicodedata
from itertools import count

import pytest

from embedder_cli.doctor.model import differences, recorded, truncation
from embedder_cli.doctor.model.pairs import PAIRS
from embedder_cli.doctor.results import Status
from embedder_cli.doctor.vectors import cosine
from emulator import lexical
from tests import real_model
from tests.cli.model_service import Service

TOKEN = re.compile(r"\w+|[^\w\s]")


def failures(vector, **options):
    found = Service(vector, **options).examine()
    return {name: result.detail for name, result in found.items() if result.status is Status.FAIL}


def turned(row, angle):
    """Return a vector whose cosine with `row` is that of the angle."""
    other = [-row[1], row[0], *(value for at in range(2, len(row), 2) for value in (-row[at + 1], row[at]))]
    return [math.cos(angle) * one + math.sin(angle) * two for one, two in zip(row, other, strict=True)]


def unaccented(text):
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


CHANGES = {
    "tabs": lambda text: text.replace("\t", " "),
    "case of other letters": lambda text: re.sub(r"[^\x00-\x7f]", lambda found: found[0].lower(), text),
    "accents": unaccented,
    "Unicode composition (NFC)": lambda text: unicodedata.normalize("NFC", text),
    "Unicode compatibility (NFKC)": lambda text: unicodedata.normalize("NFKC", text),
    "emoji": lambda text: re.sub("[\U00010000-\U0010ffff]", "", text),
    "invisible characters": lambda text: re.sub("[\u00ad\u200b]", "", text),
    "digits": lambda text: re.sub(r"\d", "0", text),
    "punctuation": lambda text: re.sub(r"[^\w\s]", "", text),
    "markup": lambda text: html.unescape(re.sub("<[^>]*>", "", text)),
    "word order": lambda text: " ".join(sorted(text.split(" "))),
    "repeated words": lambda text: " ".join(dict.fromkeys(text.split(" "))),
    "the first token": lambda text: text.partition(" ")[2] or text,
}


def without(letters):
    """Return a change that removes a range of characters."""
    return lambda text: re.sub(f"[{letters}]+", "", text)


CHANGES |= {
    "line endings": lambda text: text.replace("\r\n", "\n"),
    "kinds of spaces": lambda text: re.sub(r"[^\S\n\r\t]", " ", text),
    "vowel signs": without("\u064b-\u065f"),
    "symbols": without("€£¥$+<>-"),
    "quotation marks and dashes": lambda text: text.translate(str.maketrans("\u201c\u201d\u2014", '""-')),
    "Markdown": lambda text: re.sub(r"^# |\*\*|`", "", text),
    "addresses": lambda text: re.sub(r"https?://\S+", "", text),
    "joined words": lambda text: re.sub(r"[_-]|(?<=[a-z])(?=[A-Z])", " ", text),
    "repeated letters": lambda text: re.sub(r"(\w)\1{2,}", r"\1", text),
    "small words": lambda text: " ".join(word for word in text.split(" ") if word not in {"not", "the", "is", "a"}),
    "endings of words": lambda text: re.sub(r"(?<=k)(?:s|ed)\b", "", text),
    "Arabic": without("\u0600-\u06ff"),
    "Cyrillic": without("\u0400-\u04ff"),
    "Greek": without("\u0370-\u03ff"),
    "Hebrew": without("\u0590-\u05ff"),
    "kana": without("\u3040-\u30ff"),
    "Korean": without("\uac00-\ud7af"),
    "Thai": without("\u0e00-\u0e7f"),
    "the second sentence": lambda text: re.split(r"(?<=\.) ", text)[0],
    "the second line": lambda text: text.split("\n")[0],
}


def without_last_token(text):
    return text[: [*TOKEN.finditer(text)][-1].start()].rstrip(" ") or text


def test_all_signs_negated(model):
    found = failures(lambda text: [-value for value in model(text)])
    assert found == {
        "recorded vectors": "All signs are reversed: the vectors are the recorded ones times -1. Do not mix them with "
        "stored vectors; write all again."
    }


def test_white_space_collapsed(model):
    found = failures(lambda text: model(" ".join(text.split())))
    assert {*found} == {"recorded vectors", "small differences"}
    assert found["small differences"] == (
        "The model ignores white space, spaces, tabs, line endings, kinds of spaces: two texts that differ in nothing "
        "else have the same vector. Look for what changes the texts on their way, and write again what was stored "
        "meanwhile."
    )
    assert found["recorded vectors"].startswith("1 of 14 texts do not have their recorded vectors")
    assert '"def add(a, b):\\n    return a + b"' in found["recorded vectors"]


def test_256_tokens_read_only(model):
    found = failures(lambda text: model(" ".join(text.split(" ")[:254])))
    assert {*found} == {"long texts"}
    assert found["long texts"].startswith("Texts of 700 tokens are truncated and not reported")
    assert "MAX_TEXT_TOKENS" in found["long texts"]


def test_truncation_at_512_tokens(model):
    found = failures(lambda text: model(" ".join(text.split(" ")[:510])))
    assert {*found} == {"long texts"}
    assert found["long texts"].startswith("Texts of 700 tokens are truncated and not reported")


@pytest.mark.parametrize("place", [0, 50, 99])
def test_a_text_alone_differs_from_the_text_in_a_batch(model, place):
    def rows(found):
        return [turned(row, 0.1 if len(found) == 100 and at == place else 0) for at, row in enumerate(found)]

    found = failures(model, rows=rows)
    assert found == {
        "batches": "A text has one vector alone and another in a batch of 100 (cosine: 0.9950; at least: 0.999). Send "
        "one text per request until the cause is found."
    }


def test_a_text_alone_is_embedded_wrongly(model):
    found = failures(model, rows=lambda found: [turned(row, 0.1) for row in found] if len(found) == 1 else found)
    assert "batches" in found


def exchanged(found):
    """Exchange rows 1 and 2, 3 and 4, ...: those that are compared with texts alone stay where they are."""
    places = [place + (-1, 1)[place % 2] if 0 < place < 49 else place for place in range(len(found))]
    return [found[place] for place in places] if len(found) == 100 else found


def rotated(found):
    return [*found[1:], found[0]] if len(found) > 32 else found


def shuffled(found):
    places = random.Random(len(found)).sample(range(len(found)), len(found))
    return [found[place] for place in places]


@pytest.mark.parametrize(
    "rows",
    [lambda found: found[::-1], lambda found: sorted(found), rotated, lambda found: found[: -(-len(found) // 2)] * 2],
    ids=["reversed", "sorted", "rotated in large batches", "second half repeated"],
)
def test_rows_that_belong_to_other_texts(model, rows):
    found = Service(model, rows=lambda found: rows(found)[: len(found)]).run(differences.alone_and_in_a_batch)
    assert found.status is Status.FAIL
    assert found.detail.startswith("A text has one vector alone and another in a batch of 100 ")


@pytest.mark.parametrize("rows", [exchanged, lambda found: [*found[:60], found[61], found[60], *found[62:]]])
def test_a_few_rows_of_a_large_batch_that_are_exchanged(model, rows):
    found = failures(model, rows=lambda found: rows(found) if len(found) == 100 else found)
    assert {*found} == {"batches"}
    assert re.fullmatch(
        r"In a batch of 100, \d+ texts get another vector when the order .* until .* found\.", found["batches"]
    )


def test_rows_in_any_order(model):
    assert {*failures(model, rows=shuffled)} >= {"recorded vectors", "batches"}


@pytest.mark.parametrize("name", CHANGES)
def test_texts_that_something_changes_on_their_way(name):
    found = Service(lambda text: real_model.embed(CHANGES[name](text))).run(differences.seen)
    ignored, _, advice = found.detail.removeprefix("The model ignores ").partition(": ")
    assert (found.status, name in ignored.split(", ")) == (Status.FAIL, True)
    assert "Look for what changes the texts on their way" in advice


SUBSTITUTIONS = {
    "HTML": lambda text: html.escape(text, quote=False),
    "apostrophes": lambda text: text.replace("'", "\u2019"),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "UTF-8 read as Latin-1": lambda text: text.encode().decode("latin-1"),
    "names of emoji": lambda text: re.sub("[\U00010000-\U0010ffff]", lambda sign: unicodedata.name(sign[0]), text),
    "words for numbers": lambda text: re.sub(
        r"\d+", lambda found: " ".join(f"number {digit}" for digit in found[0]), text
    ),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "hyphens": lambda text: text.replace("-", "\u2011"),
    "percent": lambda text: text.replace("%", " percent"),
    "a full stop": lambda text: text if text.endswith((".", "?", "。")) else f"{text}.",
    "no space before a question mark": lambda text: text.replace(" ?", "?"),
    "a prefix": lambda text: f"passage: {text}",
    "letters from right to left": lambda text: re.sub("[\u0600-\u06ff ]{2,}", lambda found: found[0][::-1], text),
    "upper case": lambda text: text.upper(),
    "twice": lambda text: f"{text} {text}",
}


@pytest.mark.parametrize("name", SUBSTITUTIONS)
def test_texts_that_something_writes_in_another_way(name):
    found = Service(lambda text: real_model.embed(SUBSTITUTIONS[name](text))).run(recorded.matches)
    assert found.status is Status.FAIL
    assert "or it reads other tokens" in found.detail


def test_each_small_difference_has_its_wrong_model():
    others = {"white space", "spaces", "case", "the last token"}  # have tests of their own
    assert {*CHANGES} | others == {*PAIRS}


PROMPT = re.compile(r"^(?:task: [\w ]+ \| query: |title: [\w ]+ \| text: )")


def test_prompts_ignored(model):
    found = failures(lambda text: model(PROMPT.sub("", text)))
    assert {*found} == {"figures with prompts", "prompts", "recorded vectors"}
    assert found["prompts"].startswith("A text has the same vector with and without its prompt")
    assert "Look for what changes the texts" in found["prompts"]


def test_prompts_applied_twice(model):
    found = failures(lambda text: model((found[0] if (found := PROMPT.match(text)) else "") + text))
    assert {*found} >= {"figures with prompts", "recorded vectors"}
    assert "do not mix its vectors with stored ones" in found["figures with prompts"]


def test_a_prompt_for_texts_without_one(model):
    found = failures(lambda text: model(text if PROMPT.match(text) else f"title: none | text: {text}"))
    assert {*found} >= {"figures without prompts", "recorded vectors"}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda row: [*row[1:], row[0]],
        lambda row: [*row[384:], *row[:384]],
        lambda row: [value + 0.01 for value in row],
        lambda row: [*row[:512], *[0.0] * 256],
        lambda row: turned(row, 0.1),
        lambda row: [math.copysign(1 / math.sqrt(768), value) for value in row],
        lambda row: [-value if at % 16 == 0 else value for at, value in enumerate(row)],
    ],
    ids=["rotated", "halves exchanged", "constant added", "512 of 768", "another pooling", "signs only", "some signs"],
)
def test_vectors_that_something_changes(model, wrong):
    found = Service(lambda text: wrong(model(text))).run(recorded.matches)
    assert found.status is Status.FAIL
    assert "It is another model, or it reads other tokens: do not mix its vectors" in found.detail


def test_another_model_of_the_same_width():
    found = failures(lambda text: lexical.embed(text[::-1]))
    assert {*found} >= {"figures without prompts", "figures with prompts", "recorded vectors"}


def test_vectors_that_are_not_normalised(model):
    found = failures(lambda text: [3 * value for value in model(text)])
    assert found == {
        "normalised": "Wrong length or wrong number of dimensions at: 768. Divide a vector by its length before it is "
        "compared by a dot product."
    }


def eight_bits(row):
    step = max(map(abs, row)) / 127
    return [round(value / step) * step for value in row]


@pytest.mark.parametrize("precision", [lambda row: struct.unpack("768e", struct.pack("768e", *row)), eight_bits])
def test_half_precision_and_vectors_of_8_bits_pass(model, precision):
    assert failures(lambda text: [*precision(model(text))]) == {}


@pytest.mark.parametrize("chars", [20, 100, 1_000])
def test_only_the_beginning_counts_as_in_a_cache_by_prefix(model, chars):
    found = Service(lambda text: model(text[:chars])).run(truncation.long_texts)
    assert (found.status, found.figures["truncated"]) == (Status.FAIL, [700, 1900])


def test_case_ignored(model):
    found = failures(lambda text: model(text.lower()))
    assert {*found} >= {"recorded vectors", "small differences"}
    assert found["small differences"].startswith("The model ignores case, ")


def test_the_final_token_lost(model):
    found = failures(lambda text: model(without_last_token(text)))
    assert {*found} >= {"recorded vectors", "small differences"}
    assert found["small differences"].startswith("The model ignores the last token: ")


def test_vectors_of_the_recorded_texts_only_a_little_wrong(model):
    found = failures(lambda text: turned(model(text), 0.06))
    assert {*found} == {"recorded vectors"}
    assert "14 of 14 texts do not have their recorded vectors (cosine of at least 0.999)" in found["recorded vectors"]


def test_another_precision_is_the_same_model(model):
    found = Service(lambda text: turned(model(text), 0.03)).examine()
    assert found["recorded vectors"].status is Status.OK
    assert "lowest cosine: 0.9995" in found["recorded vectors"].detail


def test_the_right_model_passes(model):
    found = Service(model).examine()
    names = ("recorded vectors", "small differences", "batches", "long texts")
    assert [found[name].status for name in names] == [Status.OK] * 4
    assert found["small differences"].detail == (
        f"{len(PAIRS)} small differences change a vector, such as white space, case and the last token."
    )


def test_the_emulator_is_not_compared():
    found = Service(lexical.embed, LOCAL_MODEL="emulator").examine()
    assert {found[name].status for name in ("recorded vectors", "small differences", "batches")} == {Status.SKIP}


def test_one_text_is_sent_alone_and_in_a_batch_of_100(model):
    made = Service(model)
    made.examine()
    batch, other = (texts for texts in made.model.calls if len(texts) == 100)
    assert len({*batch}) == 100
    assert (batch != other, {*batch}) == (True, {*other})
    assert {(batch[place],) for place in (0, 50, 99)} <= {tuple(texts) for texts in made.model.calls}


def test_the_pairs_differ_in_what_they_are_named_for():
    pairs = PAIRS
    assert [" ".join(text.split()) for text in pairs["white space"]] == [pairs["white space"][1]] * 2
    assert [" ".join(text.split()) for text in pairs["spaces"]] == [pairs["spaces"][1]] * 2
    assert [text.lower() for text in pairs["case"]] == [pairs["case"][1]] * 2
    assert len({without_last_token(text) for text in pairs["the last token"]}) == 1


def test_the_recorded_vectors_of_the_package_are_those_of_the_real_model():
    known = real_model.recorded()
    assert len(recorded.vectors()) == 14
    for text, vector in recorded.vectors().items():
        assert cosine(vector, known[text]) > 0.9999999


@pytest.mark.parametrize("turn", [3, 8])
def test_some_calls_that_another_model_answers(model, turn):
    calls = count(1)

    def rows(found):
        return [turned(row, 0.5) for row in found] if next(calls) % turn == 0 else found

    assert failures(model, rows=rows)
