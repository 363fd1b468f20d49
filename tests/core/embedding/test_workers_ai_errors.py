"""Faults of the model, and the errors that callers get."""

import json

import pytest

from embedder.embedding.workers_ai_errors import remedy
from tests.core.fakes import FakeAnswer, FakeApp, FakeModel, code, error


@pytest.mark.parametrize(
    ("reply", "expected", "retry_after"),
    [
        (code(3036, 429), (429, "quota_exhausted", None), True),
        (code(4006, 429), (429, "quota_exhausted", None), True),
        (code(3040, 429), (503, "upstream_busy", None), True),
        (code(2018, 429), (503, "upstream_busy", None), True),
        (code(3007, 408), (504, "upstream_timeout", None), False),
        (code(3006, 413), (413, "payload_too_large", None), False),
        (code(5006, 400), (400, "invalid_request", None), False),
        (code(5007, 400), (502, "upstream_error", None), False),
        (lambda _: FakeAnswer("http", 500, "<html>"), (502, "upstream_error", None), False),
        (lambda _: FakeAnswer("http", 429, ""), (503, "upstream_busy", None), True),
        (lambda _: FakeAnswer("type"), (502, "upstream_invalid", None), False),
        (lambda _: FakeAnswer("invalid", 200, "row 1"), (502, "upstream_invalid", None), False),
        (lambda _: FakeAnswer("timeout"), (504, "upstream_timeout", None), False),
        (lambda _: FakeAnswer("disconnected"), (499, "client_disconnected", None), False),
        (lambda _: FakeAnswer("broken"), (502, "upstream_error", None), False),
    ],
)
def test_faults_of_the_model_become_embedder_errors(reply, expected, retry_after):
    response = FakeApp(FakeModel(reply)).ask("/embed", {"text": "a"})
    assert error(response) == expected
    assert ("retry-after" in response.headers) == retry_after


@pytest.mark.parametrize(
    ("status", "number", "expected"),
    [
        (429, 3040, "again"),
        (429, 2018, "again"),
        (429, 0, "again"),
        (400, 3003, "halve"),
        (400, 5006, "halve"),
        (413, 3006, "halve"),
        (429, 3036, ""),
        (408, 3007, ""),
        (400, 5007, ""),
        (500, 0, ""),
        (503, 9999, ""),
    ],
)
def test_a_shared_call_is_halved_only_if_one_text_may_be_the_reason(status, number, expected):
    body = json.dumps({"errors": [{"code": number, "message": "m"}]}) if number else "<html>"
    assert remedy(status, body) == expected
