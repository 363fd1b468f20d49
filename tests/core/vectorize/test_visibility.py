"""Waiting until a write is visible."""

import json

import pytest

from embedder import decoding
from embedder.errors import EmbedderError
from embedder.vectorize import visibility
from embedder.vectorize.answers import Description
from embedder.vectorize.store import Store, Writable
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


@pytest.mark.parametrize("count", [1, 101])
def test_documents_are_given_up_before_waiting(count, monkeypatch):
    body = {"documents": documents(count), "wait": True}
    request, prepared, rows, finished = waiting(monkeypatch, "PUT", "/vectors", body)
    assert (request.documents, prepared.texts, rows, finished) == ([], [], [], "work and answers")


@pytest.mark.parametrize("text", ["a", ["a"]])
def test_texts_are_given_up_before_waiting(text, monkeypatch):
    store = {"ids": ["1"], "metadata": {"k": "v"}, "wait": True}
    request, prepared, _, finished = waiting(monkeypatch, "POST", "/embed", {"text": text, "store": store})
    assert (request.text, request.store.metadata, prepared.texts, finished) == ("", None, [], "work")


def waiting(monkeypatch, method, path, body):
    """Send a request that waits for its write. Return its Struct, its texts and its rows as they are when it waits."""
    app, made = app_with(FakeIndex()), []

    def keep(owner, name):
        original = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *given, **named: made.append(original(*given, **named)) or made[-1])

    async def now_waiting(*_given, **_named):
        made.append(app.lifetime.finished)
        raise EmbedderError("upstream_error", "Seen.")

    keep(decoding, "decode")
    keep(app.app.embedder, "prepare")
    monkeypatch.setattr(Store, "to_write", lambda _store, _context, rows, _path: made.append(rows) or writable(rows))
    monkeypatch.setattr(visibility, "wait", now_waiting)
    assert app.send(method, path, json.dumps(body).encode()).status == 502
    return made


async def writable(rows):
    return Writable(rows)


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
    index.other_writer = "1970-01-01T00:17:00.000Z"
    assert json_of(put(app, {"documents": documents(1), "wait": True}))["visible"] is True


ODD = ["9999-12-31T23:59:59Z", "2030-01-01", "9" * 400, 10**9 + 3, None]


@pytest.mark.parametrize(
    "when", ["", "now", "2026-13-45", "Sun, 29 Nov 2026 08:00:00 GMT", "0001-01-01T00:00:00", *ODD]
)
def test_a_date_in_another_format_is_not_an_error(when):
    assert _reached(Description(0, 768, when, "other"), "m1", 1e9, 1e9 + 1) is False
