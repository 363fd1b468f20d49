"""Models that are almost EmbeddingGemma: the doctor finds each, and says what is wrong with it."""

import math
import re

import pytest

from embedder_cli.doctor.model import differences, recorded
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


def without_last_token(text):
    return text[: [*TOKEN.finditer(text)][-1].start()].rstrip(" ") or text


def test_all_signs_negated(model):
    found = failures(lambda text: [-value for value in model(text)])
    assert found == {"recorded vectors": "All signs are reversed: the vectors are the recorded ones times -1."}


def test_white_space_collapsed(model):
    found = failures(lambda text: model(" ".join(text.split())))
    assert {*found} == {"recorded vectors", "small differences"}
    assert found["small differences"] == (
        "The model ignores white space, spaces: two texts that differ in nothing else have the same vector."
    )
    assert found["recorded vectors"].startswith("1 of 8 texts do not have their recorded vectors")
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
        "batches": "A text has one vector alone and another in a batch of 100 (cosine: 0.9950; at least: 0.999)."
    }


def test_a_text_alone_is_embedded_wrongly(model):
    found = failures(model, rows=lambda found: [turned(row, 0.1) for row in found] if len(found) == 1 else found)
    assert "batches" in found


def test_case_ignored(model):
    found = failures(lambda text: model(text.lower()))
    assert {*found} >= {"recorded vectors", "small differences"}
    assert found["small differences"].startswith("The model ignores case: ")


def test_the_final_token_lost(model):
    found = failures(lambda text: model(without_last_token(text)))
    assert {*found} >= {"recorded vectors", "small differences"}
    assert found["small differences"].startswith("The model ignores the last token: ")


def test_vectors_of_the_recorded_texts_only_a_little_wrong(model):
    found = failures(lambda text: turned(model(text), 0.06))
    assert {*found} == {"recorded vectors"}
    assert "8 of 8 texts do not have their recorded vectors (cosine of at least 0.999)" in found["recorded vectors"]


def test_another_precision_is_the_same_model(model):
    found = Service(lambda text: turned(model(text), 0.03)).examine()
    assert found["recorded vectors"].status is Status.OK
    assert "lowest cosine: 0.9995" in found["recorded vectors"].detail


def test_the_right_model_passes(model):
    found = Service(model).examine()
    names = ("recorded vectors", "small differences", "batches", "long texts")
    assert [found[name].status for name in names] == [Status.OK] * 4
    assert found["small differences"].detail == (
        "Each of these changes a vector: white space, spaces, case, the last token."
    )


def test_the_emulator_is_not_compared():
    found = Service(lexical.embed, LOCAL_MODEL="emulator").examine()
    assert {found[name].status for name in ("recorded vectors", "small differences", "batches")} == {Status.SKIP}


def test_one_text_is_sent_alone_and_in_a_batch_of_100(model):
    made = Service(model)
    made.examine()
    [batch] = [texts for texts in made.model.calls if len(texts) == 100]
    assert len({*batch}) == 100
    assert {(batch[place],) for place in (0, 50, 99)} <= {tuple(texts) for texts in made.model.calls}


def test_the_pairs_differ_in_what_they_are_named_for():
    pairs = differences.PAIRS
    assert [" ".join(text.split()) for text in pairs["white space"]] == [pairs["white space"][1]] * 2
    assert [" ".join(text.split()) for text in pairs["spaces"]] == [pairs["spaces"][1]] * 2
    assert [text.lower() for text in pairs["case"]] == [pairs["case"][1]] * 2
    assert len({without_last_token(text) for text in pairs["the last token"]}) == 1


def test_the_recorded_vectors_of_the_package_are_those_of_the_real_model():
    known = real_model.recorded()
    assert len(recorded.vectors()) == 8
    for text, vector in recorded.vectors().items():
        assert cosine(vector, known[text]) > 0.9999999
