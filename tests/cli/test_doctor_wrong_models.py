"""Models that are almost EmbeddingGemma: the doctor finds each, and says what is wrong with it."""

import math
import random
import re
import struct
from hashlib import shake_128

import pytest

from embedder_cli.doctor.model import differences, published, recorded
from embedder_cli.doctor.model.pairs import PAIRS
from embedder_cli.doctor.results import Status
from embedder_cli.doctor.vectors import cosine
from emulator import lexical
from tests import real_model
from tests.cli.model_service import Service
from tests.cli.wrong import RECORDED, failures, turned, unit


def test_all_signs_negated(model):
    found = failures(lambda text: [-value for value in model(text)])
    assert {*found} == RECORDED
    assert found["recorded vectors"] == (
        "All signs are reversed: the vectors are the recorded ones times -1. Do not mix them with stored vectors; "
        "write all again."
    )


PROMPT = re.compile(r"^(?:task: [\w ]+ \| query: |title: [\w ]+ \| text: )")


def test_prompts_ignored(model):
    found = failures(lambda text: model(PROMPT.sub("", text)))
    assert {*found} >= {"figures with prompts", "prompts", "recorded vectors", "small differences"}
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


def of_bits(bits):
    """Return a change that rounds the numbers of a vector, as a model with coarser weights might."""

    def rounded(row):
        step = max(map(abs, row)) / (2 ** (bits - 1) - 1)
        return [round(value / step) * step for value in row]

    return rounded


ORDER = random.Random(4).sample(range(768), 768)
WRONG = {
    **{f"{bits} bits": of_bits(bits) for bits in (2, 4, 6)},
    "1 decimal": lambda row: [round(value, 1) for value in row],
    "2 decimals": lambda row: [round(value, 2) for value in row],
    "largest numbers cut off": lambda row: [max(-0.05, min(0.05, value)) for value in row],
    "absolute values": lambda row: [*map(abs, row)],
    "half of the signs": lambda row: [-value if at < 384 else value for at, value in enumerate(row)],
    "any order": lambda row: [row[at] for at in ORDER],
    "reversed": lambda row: row[::-1],
    "the last 16 numbers lost": lambda row: [*row[:752], *[0.0] * 16],
    "pairs exchanged": lambda row: [row[at ^ 1] for at in range(768)],
    "another normalisation": lambda row: [value - sum(row) / 768 + 0.003 for value in row],
    "all the same": lambda row: [1 / math.sqrt(768)] * len(row),
    "noise": lambda row: [value + random.Random(at).gauss(0, 0.002) for at, value in enumerate(row)],
}


@pytest.mark.parametrize("name", WRONG)
def test_numbers_that_are_not_those_of_the_model(model, name):
    found = Service(lambda text: [*WRONG[name](model(text))]).run(recorded.matches)
    assert found.status is Status.FAIL
    assert re.match(r"\d+ of 16 texts do not have their recorded vectors", found.detail)


@pytest.mark.parametrize("precision", [lambda row: struct.unpack("768e", struct.pack("768e", *row)), of_bits(8)])
def test_half_precision_and_vectors_of_8_bits_pass(model, precision):
    assert failures(lambda text: [*precision(model(text))]) == {}


def test_numbers_of_8_bits_are_reported(model):
    found = Service(lambda text: of_bits(8)(model(text))).run(recorded.matches)
    assert found.status is Status.NOTE
    assert found.detail.endswith("Their numbers are rounded, to eight bits or three decimals.")
    half = Service(lambda text: struct.unpack("768e", struct.pack("768e", *model(text)))).run(recorded.matches)
    assert half.status is Status.OK


SMALLEST = min(range(768), key=lambda at: math.fsum(row[at] ** 2 for row in recorded.vectors().values()))
DIMENSIONS = {
    "zero": lambda at: lambda row: [*row[:at], 0.0, *row[at + 1 :]],
    "the other sign": lambda at: lambda row: [*row[:at], -row[at], *row[at + 1 :]],
    "half": lambda at: lambda row: [*row[:at], row[at] / 2, *row[at + 1 :]],
    "exchanged with the next one": lambda at: lambda row: [*row[:at], row[at + 1], row[at], *row[at + 2 :]],
}


@pytest.mark.parametrize("at", [0, 255, 700, SMALLEST])
@pytest.mark.parametrize("name", DIMENSIONS)
def test_one_dimension_of_768(model, name, at):
    """The cosine with the recorded vector stays above 0.999 in most."""
    found = Service(lambda text: DIMENSIONS[name](at)([*model(text)])).run(recorded.matches)
    assert found.status is Status.FAIL
    assert "not have their recorded" in found.detail


@pytest.mark.parametrize("angle", [0.0, 0.04])
def test_a_model_of_another_precision_has_all_dimensions(model, angle):
    noise = random.Random(7)

    def vector(text):
        other = unit([noise.gauss() for _ in range(768)])
        return unit([one + angle * two for one, two in zip(model(text), other, strict=True)])

    found = Service(vector).run(recorded.matches)
    assert (found.status, found.figures["dimension_off"] < 0.05) == (Status.OK, True)


@pytest.mark.parametrize(
    ("replaced", "by"),
    [
        ("task: code retrieval |", "task: search result |"),
        ("task: clustering |", "task: sentence similarity |"),
        ("task: fact checking |", "task: search result |"),
        ("task: classification | query: ", "title: none | text: "),
    ],
)
def test_a_prompt_that_becomes_another_one(model, replaced, by):
    found = Service(lambda text: model(text.replace(replaced, by))).run(published.own_prompts)
    assert found.detail.startswith("A text has the same vector with the prompts ")


def test_recorded_texts_known_by_heart():
    known = real_model.recorded()

    def vector(text):
        return known.get(text) or unit([byte - 127.5 for byte in shake_128(text.encode()).digest(768)])

    assert "what answers other texts is not the model" in Service(vector).run(differences.seen).detail


def test_vectors_of_the_recorded_texts_only_a_little_wrong(model):
    found = failures(lambda text: turned(model(text), 0.06))
    assert {*found} == RECORDED
    assert "16 of 16 texts do not have their recorded vectors (cosine of at least 0.999)" in found["recorded vectors"]


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


def test_the_recorded_vectors_of_the_package_are_those_of_the_real_model():
    known = real_model.recorded()
    assert len(recorded.vectors()) == 16
    for text, vector in recorded.vectors().items():
        assert cosine(vector, known[text]) > 0.9999999
    assert len(recorded.shortened()) == 81
    for text, vector in recorded.shortened().items():
        assert cosine(vector, known[text][:256]) > 0.9998
