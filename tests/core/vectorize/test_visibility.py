"""Waiting until a write is visible."""

import pytest

from embedder.vectorize.answers import Description
from embedder.vectorize.visibility import _reached
from tests.core.fake_index import FakeIndex, app_with, documents, put
from tests.core.fakes import json_of


def test_waiting_ends_when_the_write_is_visible():
    index = FakeIndex(polls=4)
    app = app_with(index)
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is True
    assert app.slept == [0.25, 0.5, 1.0]


def test_waiting_ends_after_wait_s():
    index = FakeIndex(polls=10**6)
    app = app_with(index, WAIT_S="7")
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is False
    assert sum(app.slept) <= 7
    assert app.lifetime.extended == [12_000]


def test_a_failed_poll_does_not_fail_an_accepted_write():
    index = FakeIndex()
    app = app_with(index)
    put(app, {"documents": documents(1)})
    index.fail_describe = True
    answer = json_of(put(app, {"documents": documents(1), "wait": True}))
    assert answer == {"count": 1, "mutation_ids": ["m2"], "visible": None}


def test_a_later_mutation_of_another_writer_proves_visibility():
    index = FakeIndex(polls=10**6)
    app = app_with(index, WAIT_S="3")
    index.other_writer = "1970-01-01T00:16:39.000Z"
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is False
    index.other_writer = "2030-01-01T00:00:00.000Z"
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is True


@pytest.mark.parametrize("when", ["", "now", "2026-13-45", "Sun, 29 Nov 2026 08:00:00 GMT", "0001-01-01T00:00:00"])
def test_a_date_in_another_format_is_not_an_error(when):
    assert _reached(Description(0, 768, when, "other"), "m1", 1e12) is False
