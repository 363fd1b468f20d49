"""Faults of the model, and the errors that callers get."""

import json

import pytest

from embedder.embedding import workers_ai_errors
from embedder.embedding.workers_ai_errors import code_in, remedy
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


FORMS = [
    '{"internalCode":%d,"name":"AiError","message":null,"description":"why"}',
    '{"internalCode":%d,"message":["why"],"description":5}',
    '{"internalCode":"%d"}',
    '{"errors":[{"code":%d,"message":"why"}]}',
    '{"errors":[{"code":"%d","message":null}],"success":false}',
    '{"errors":[null,5,{"code":10000},{"code":%d}]}',
    '{"errors":[{"message":"AiError: AiError: %d: why"}]}',
    '{"success":false,"result":[],"error":[{"code":%d,"message":"why"}]}',
    '{"error":{"code":%d}}',
    '{"error":"%d: why"}',
    '{"errors":null,"message":"%d: why","code":429}',
    '"%d: why"',
    "InferenceUpstreamError: %d: why",
    "error code: %d",
    'InferenceUpstreamError: {"success":false,"errors":[{"code":%d,"message":"why"}]}',
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("number", "expected"),
    [(4006, "quota_exhausted"), (3040, "upstream_busy"), (3007, "upstream_timeout"), (3006, "payload_too_large")],
)
def test_a_code_is_found_in_every_form_of_error(form, number, expected):
    error = workers_ai_errors.error(500, form % number, now_s=0)
    assert (error.code, error.upstream_code) == (expected, number)
    thrown = FakeAnswer("broken", 0, form % number)
    assert workers_ai_errors.error_of(thrown, now_s=0).code == expected


NO_CODES = """
null|[]|5|3040|[3040]|true|<html>4006</html>|{|4006 texts|error code: 7|{"code":true}|{"code":3040.5}|{"code":-3040}
{"code":429}|{"errors":{}}|{"errors":[[{"code":3040}]]}|{"code":"\u0663\u0660\u0664\u0660"}|"\\ud800"|\ud800||{"code":"
"""
LONG = "9" * 5_000


@pytest.mark.parametrize("body", NO_CODES)
def test_anything_else_has_no_code_and_its_status_decides(body):
    assert code_in(body)[0] == 0 or body == "3040"
    found = {
        status: workers_ai_errors.error(status, "<html>", now_s=0) for status in (400, 403, 404, 408, 413, 429, 500)
    }
    assert [error.code for error in found.values()] == [
        *["upstream_error"] * 3,
        "upstream_timeout",
        "payload_too_large",
        "upstream_busy",
        "upstream_error",
    ]
    assert [status for status, error in found.items() if error.transient] == [408, 429, 500]


def test_the_status_decides_also_about_an_unknown_code():
    error = workers_ai_errors.error(429, '{"errors":[{"code":2003,"message":"Rate limited"}]}', now_s=0)
    assert (error.code, error.upstream_code, error.retry_after_s) == ("upstream_busy", 2003, 5)
    other = workers_ai_errors.error(403, "error code: 1031", now_s=0)
    assert (other.code, other.upstream_code, other.transient) == ("upstream_error", 1031, False)


def test_an_unknown_code_that_was_thrown_is_reported():
    thrown = FakeAnswer(
        "broken", 0, 'InferenceUpstreamError: {"errors":[{"code":10000,"message":"Authentication error"}]}'
    )
    error = workers_ai_errors.error_of(thrown, now_s=0)
    assert (error.code, error.upstream_code) == ("upstream_error", 10000)
    assert workers_ai_errors.error_of(FakeAnswer("broken", 0, "Error: reset"), now_s=0).upstream_code is None


def test_a_long_message_is_cut():
    body = json.dumps({"internalCode": 5006, "description": "x" * 100_000})
    assert len(workers_ai_errors.error(400, body, now_s=0).message) < 400
