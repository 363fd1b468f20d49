"""The doctor: whether long texts are read to their end, and the search for the length at which they are truncated."""

import httpx
import pytest

from embedder_cli import service
from embedder_cli.doctor import endpoint
from embedder_cli.doctor.examination import Options
from embedder_cli.doctor.model import filler, long_texts, truncation
from embedder_cli.doctor.results import Status
from emulator import lexical
from tests.cli.model_service import Service

MARKS = 2


@pytest.fixture
def reads(model):
    """A model that reads so many tokens with its two marks; a word of the doctor is one token."""

    def limited(limit):
        return lambda text: model(" ".join(text.split(" ")[: limit - MARKS]))

    return limited


def find(vector):
    return Service(vector).examine(options=Options(latency=False, find_limit=True))["truncation"]


def test_a_model_that_reads_long_texts_passes(model):
    found = Service(model).run(long_texts.check)
    assert found.status is Status.OK
    assert {"truncated": [], "reported": []}.items() <= found.figures.items()
    assert found.detail == "The end of texts of 700 and 1,900 tokens changes their vectors."


def test_the_documented_limit_passes(reads):
    assert Service(reads(2048)).run(long_texts.check).status is Status.OK


@pytest.mark.parametrize(
    ("limit", "size", "shared"),
    [(256, "700", "670"), (512, "700", "670"), (600, "700", "670"), (1024, "1,900", "1,860"), (1862, "1,900", "1,860")],
)
def test_a_model_that_truncates_fails_with_the_size_and_the_variable(reads, limit, size, shared):
    found = Service(reads(limit)).run(long_texts.check)
    assert found.status is Status.FAIL
    assert found.detail == (
        f"Texts of {size} tokens are truncated and not reported: two of them that differ after {shared} tokens have "
        f"the same vector. Set MAX_TEXT_TOKENS to the number that --find-limit finds, which is at most {shared}."
    )


def test_a_model_on_a_gpu_whose_last_digits_vary_is_still_found(reads):
    def blurred(rows):
        return [[value * (1 + 1e-4 * (at % 3)) for value in row] for at, row in enumerate(rows)]

    assert Service(reads(512), rows=blurred).run(long_texts.check).status is Status.FAIL


def test_truncation_that_the_service_reports_is_no_failure(reads):
    found = Service(reads(512), MAX_TEXT_TOKENS="510").run(long_texts.check)
    assert found.status is Status.OK
    assert {"truncated": [700, 1900], "reported": [700, 1900]}.items() <= found.figures.items()
    assert found.detail == "Texts of 700 and 1,900 tokens are truncated, and reported as such."
    found = Service(reads(1024), MAX_TEXT_TOKENS="1022").run(long_texts.check)
    assert found.detail == (
        "The end of texts of 700 tokens changes their vectors. "
        "Texts of 1,900 tokens are truncated, and reported as such."
    )


def test_a_text_that_is_reported_as_truncated_without_being_it_is_a_note(model):
    found = Service(model, MAX_TEXT_TOKENS="1024").run(long_texts.check)
    assert found.status is Status.NOTE
    assert found.detail == (
        "Texts of 1,900 tokens are reported as truncated, but are not: MAX_TEXT_TOKENS can be larger."
    )


def test_the_emulator_is_not_checked():
    found = Service(lexical.embed, LOCAL_MODEL="emulator").examine()
    assert found["long texts"].status is Status.SKIP


def test_the_filler_has_as_many_words_as_wanted_and_shares_its_beginning():
    assert [len(filler.filler(number).split(" ")) for number in (1, 700, 8192)] == [1, 700, 8192]
    assert filler.filler(1900).startswith(filler.filler(700) + " ")
    assert len(filler.with_tail(550, 150).split(" ")) == 700
    assert len(filler.with_others(1900, range(190))) == len(filler.filler(1900))


@pytest.mark.parametrize("limit", [256, 512, 2048, 8000])
def test_the_limit_is_found_without_the_two_marks(reads, limit):
    found = find(reads(limit))
    assert found.figures == {"tokens": limit - MARKS}
    assert (
        f"or {limit:,} with the two that mark beginning and end: set MAX_TEXT_TOKENS to {limit - MARKS:,}"
        in found.detail
    )


def test_the_search_for_the_limit_takes_no_more_requests_than_announced(reads):
    made = Service(reads(512))
    without = made.examine() and made.requests
    made.requests = 0
    made.examine(options=Options(latency=False, find_limit=True))
    assert made.requests - without <= truncation.CALLS


def test_no_limit(model):
    assert find(model).figures == {"tokens": None}


def test_a_long_text_may_take_as_long_as_the_service_allows(model, monkeypatch):
    waits = []
    send = service.send

    async def recorded(*arguments, limit_s, **options):
        waits.append(limit_s)
        return await send(*arguments, limit_s=limit_s, **options)

    monkeypatch.setattr(service, "send", recorded)
    find(model)
    assert {*waits} == {endpoint.LIMIT_S, endpoint.PATIENCE_S}
    assert endpoint.PATIENCE_S > 300  # the largest DEADLINE_S
    assert service.client(endpoint.PATIENCE_S).timeout == httpx.Timeout(60, read=endpoint.PATIENCE_S)
