"""Models that answer a text in another way because of other texts: the doctor finds each."""

import asyncio
import json
import random
import re
from itertools import count

import httpx
import pytest

from embedder_cli.doctor.endpoint import EndpointError
from embedder_cli.doctor.model import batches, differences, recorded
from embedder_cli.doctor.results import Status
from tests.cli.model_service import Service
from tests.cli.wrong import RECORDED, failures, turned, unit

SIZES = {*batches.SIZES, 16, 64, 65, 99}  # of calls that have recorded texts


def found(check, vector, rows=lambda found: found):
    result = Service(vector, rows=rows).run(check)
    return result.detail if result.status is Status.FAIL else ""


ORDERS = {
    "rotated": lambda rows: [*rows[1:], rows[0]],
    "first two exchanged": lambda rows: [*rows[1::-1], *rows[2:]],
    "last two exchanged": lambda rows: [*rows[:-2], *rows[:-3:-1]],
    "reversed": lambda rows: rows[::-1],
    "shuffled": lambda rows: random.Random(5).sample(rows, len(rows)),
}


@pytest.mark.parametrize(
    "size", [2, 64, 100, *(pytest.param(size, marks=pytest.mark.extended) for size in SIZES - {1, 2, 64, 100})]
)
def test_rows_of_other_texts_in_batches_of_one_size(model, size):
    check = {16: recorded.matches, 64: differences.seen, 65: differences.seen, 99: differences.seen}
    for order in [*ORDERS.values()][: None if size == batches.LARGEST else 3]:
        rows = lambda rows, order=order: order(rows) if len(rows) == size else rows  # noqa: E731
        assert found(check.get(size, batches.alone_and_in_batches), model, rows)


def test_the_sizes_and_the_texts_of_the_calls(model):
    made = Service(model)
    made.examine()
    sizes = [len(texts) for texts in made.model.calls]
    assert {*sizes} >= SIZES
    assert max(sizes) == batches.LARGEST
    largest, other = ([texts for texts in made.model.calls if len(texts) == size][-1] for size in (100, 96))
    assert largest[:96] == other[::-1]
    assert {*recorded.shortened()} < {*largest}
    assert len(largest) - len({*largest}) == 3  # texts that are there twice


@pytest.mark.parametrize("place", [0, 1, 50, 61, 95])
def test_one_row_of_a_large_batch(model, place):
    detail = found(
        batches.alone_and_in_batches,
        model,
        lambda rows: [turned(row, 0.1 if len(rows) == 96 and at == place else 0) for at, row in enumerate(rows)],
    )
    assert re.match(
        r"Texts have other vectors than their recorded ones, or than in another batch: 1 of (96|100) \(lowest",
        detail,
    )
    assert detail.endswith(
        "They belong to other texts, or depend on them. Send one text per request until the cause is found."
    )


def test_a_text_alone_is_embedded_wrongly(model):
    detail = failures(model, rows=lambda rows: [turned(row, 0.1) for row in rows] if len(rows) == 1 else rows)[
        "batches"
    ]
    assert "1 of 1 " in detail
    assert "open an issue" in detail


def mixed(row, other):
    return unit([own + 0.1 * foreign for own, foreign in zip(row, other, strict=True)])


LEAKS = {
    "neighbours": lambda rows: [mixed(row, rows[at - 1]) for at, row in enumerate(rows)],
    "the longest text": lambda rows: [mixed(row, rows[-1]) for row in rows],
    "rows after the 64th": lambda rows: [row if at < 64 else turned(row, 0.2) for at, row in enumerate(rows)],
    "half repeated": lambda rows: (rows[: -(-len(rows) // 2)] * 2)[: len(rows)],
}


@pytest.mark.parametrize("name", LEAKS)
def test_vectors_that_depend_on_the_batch(model, name):
    assert found(batches.alone_and_in_batches, model, lambda rows: LEAKS[name](rows) if len(rows) > 1 else rows)


PROMPT = re.compile(r"^(?:task: [\w ]+ \| query: |title: [\w ]+ \| text: )")
KEYS = {
    "case": str.lower,
    "white space": lambda text: " ".join(text.split()),
    "letters": lambda text: re.sub(r"\W", "", text),
    "the prompt left out": lambda text: PROMPT.sub("", text),
    "letters in any order": lambda text: "".join(sorted(text)),
    "words in any order": lambda text: " ".join(sorted(text.split())),
    "the beginning": lambda text: text[:20],
    "the end": lambda text: text[-20:],
    "beginning, end and length": lambda text: (text[:10], text[-10:], len(text)),
    "length": len,
    "ASCII": lambda text: text.encode("ascii", "ignore"),
}


class Confused:
    """A model that keeps vectors by a key that some texts share: of texts of the same call, or of earlier calls."""

    def __init__(self, model, key, *, earlier):
        self.model, self.key, self.earlier = model, key, earlier
        self.kept, self.texts = {}, []

    def vector(self, text):
        self.texts.append(text)
        return self.model(text)

    def rows(self, rows):
        kept = self.kept if self.earlier else {}
        texts, self.texts = self.texts, []
        keys = [self.key(text) for text in texts]
        if self.earlier:
            rows = [kept.get(key, row) for key, row in zip(keys, rows, strict=True)]
        for key, row in zip(keys, rows, strict=True):
            kept.setdefault(key, row)
        return rows if self.earlier else [kept[key] for key in keys]


@pytest.mark.parametrize(
    "earlier", [pytest.param(False, marks=pytest.mark.extended), True], ids=["in a call", "of earlier calls"]
)
@pytest.mark.parametrize("name", KEYS)
def test_texts_that_something_takes_for_the_same(model, name, earlier):
    def confused(check):
        made = Confused(model, KEYS[name], earlier=earlier)
        return found(check, made.vector, made.rows)

    assert confused(batches.alone_and_in_batches) or confused(differences.seen)


@pytest.mark.parametrize("deviation", [0.001, 0.002])
def test_noise_that_is_another_one_in_each_call(model, deviation):
    noise = random.Random(3)
    detail = found(
        batches.alone_and_in_batches, lambda text: unit([value + noise.gauss(0, deviation) for value in model(text)])
    )
    assert detail.startswith("Texts have other vectors")


def test_a_little_of_the_neighbours(model):
    def rows(rows):
        return [
            unit([own + 0.03 * other for own, other in zip(row, rows[at - 1], strict=True)])
            for at, row in enumerate(rows)
        ]

    assert "mixes in the vectors of other texts" in found(batches.alone_and_in_batches, model, rows)


def test_calls_of_other_sizes_may_differ_in_the_last_digits(model):
    rows = lambda rows: [turned(row, 0.00002 * len(rows)) for row in rows]  # noqa: E731
    assert not found(batches.alone_and_in_batches, model, rows)
    assert not found(batches.at_once, model, rows)


LENGTHS = {
    "of large batches": lambda rows: [[2 * value for value in row] for row in rows] if len(rows) > 50 else rows,
    "by place": lambda rows: [[(1 + at / 10) * value for value in row] for at, row in enumerate(rows)],
}


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths_that_differ(model, name):
    assert found(batches.alone_and_in_batches, model, LENGTHS[name]).startswith("Vectors have different lengths, ")


@pytest.mark.parametrize("size", [7, 20, 50])
def test_rows_of_calls_at_the_same_time(model, size):
    detail = found(batches.at_once, model, lambda rows: rows[::-1] if len(rows) == size else rows)
    assert detail.startswith("In requests at the same time: Texts have other vectors")


def test_requests_at_the_same_time_that_share_a_text(model):
    made = Service(model)
    latest = []

    async def answer(request):
        latest[:] = [json.loads(request.content)["text"][0]]
        await asyncio.sleep(0)  # the other requests arrive
        body = json.loads(request.content)
        body["text"][:1] = latest
        return await right(httpx.Request("POST", request.url, json=body))

    right, made.answer = made.answer, answer
    assert made.run(recorded.matches).status is Status.OK
    assert made.run(batches.at_once).detail.startswith("In requests at the same time: Texts have other vectors")


def test_a_rejected_request_among_those_at_the_same_time(model):
    def tamper(_, response):
        return httpx.Response(429, json={}) if len(response.json()["data"]) == 25 else response

    with pytest.raises(EndpointError, match="POST /embed answered HTTP 429"):
        Service(model, tamper).run(batches.at_once)


def test_equal_texts_of_a_call_that_are_left_out(model):
    texts = []

    def vector(text):
        texts.append(text)
        return model(text)

    def rows(rows):
        different = [model(text) for text in dict.fromkeys(texts)]
        texts.clear()
        return [*different, *rows[len(different) :]]

    assert found(batches.alone_and_in_batches, vector, rows)


def test_answers_that_a_cache_keeps_from_an_earlier_run(model):
    """As an AI Gateway does: identical calls are not made again, although the model is another one now."""
    kept = {}

    texts = []

    def cached(row_of):
        def vector(text):
            texts.append(text)
            return row_of(text)

        def rows(found):
            call = tuple(texts)
            texts.clear()
            return kept.setdefault(call, found)

        return failures(vector, rows=rows)

    assert not cached(model)
    assert {*cached(lambda text: turned(model(text), 0.1))} >= {"batches", "small differences", "long texts"}


def test_another_model_that_answers_after_20_calls(model):
    calls = count()
    details = failures(model, rows=lambda rows: [turned(row, 0.3) for row in rows] if next(calls) > 37 else rows)
    assert {*details} == {"repeated texts"}
    assert details["repeated texts"].startswith(
        "After 41 calls of the model, texts that were sent before have other vectors"
    )


def test_vectors_that_drift_a_little_with_each_call(model):
    calls = count()
    assert "repeated texts" in failures(
        model, rows=lambda rows: [turned(row, 0.002 * calls.__next__()) for row in rows]
    )


@pytest.mark.parametrize("turn", [3, 8])
def test_some_calls_that_another_model_answers(model, turn):
    calls = count(1)
    assert failures(model, rows=lambda rows: rows if next(calls) % turn else [turned(row, 0.5) for row in rows])


def test_a_text_that_gets_another_vector_the_second_time(model):
    seen = set()

    def vector(text):
        again = text in seen
        seen.add(text)
        return turned(model(text), 0.1 * again)

    assert {*failures(vector)} & RECORDED
