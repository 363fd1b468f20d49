"""Fuzzing: any input gives an answer or a clear error, never an internal one. A rejected request never calls the model.

`make fuzz` runs the same tests with more examples.
"""

import json

from hypothesis import given
from hypothesis import strategies as st

from embedder import retries, rpc, settings, tokens, upstream, vectorize
from embedder.api import routes
from embedder.errors import EmbedderError
from tests.core.fakes import FakeApp
from tests.core.test_store import FakeIndex, app_with

WITH_BODY = [route for route in routes.TABLE if route.body is not None]
VALID = [
    {"text": ["a", "b"], "task": "query", "dimensions": 256, "encoding_format": "base64", "truncate": "end"},
    {"model": "embeddinggemma-300m", "input": ["a"], "user": "u"},
    {"source": "a", "texts": ["b", "c"]},
    {"documents": [{"id": "a", "text": "b", "metadata": {"k": [1, "x", None]}}], "namespace": "n"},
    {"text": "a", "top_k": 3, "filter": {"k": {"$in": ["x"]}}, "min_score": 0.5},
    {"ids": ["a", "b"], "wait": False},
]
names = st.sampled_from(sorted({name for body in VALID for name in body}))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(names | st.text(max_size=8), values, max_size=6) | values


def check(app: FakeApp, method: str, path: str, body: bytes, **headers: str) -> None:
    response = app.send(method, path.replace("{account}", "abc"), body, **headers)
    assert response.status in (200, 400, 404, 413, 415), (response.status, app.log[-1])
    if response.status != 200:
        assert app.model.calls == []


@given(st.sampled_from(WITH_BODY), bodies)
def test_any_json(route, body):
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    check(app_with(FakeIndex()), route.method, route.path, text)


@given(st.sampled_from(WITH_BODY), st.sampled_from(VALID), st.data())
def test_valid_bodies_with_some_bytes_changed(route, body, data):
    text = bytearray(json.dumps(body).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        text[start : start + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    check(app_with(FakeIndex()), route.method, route.path, bytes(text))


@given(st.sampled_from(WITH_BODY), st.binary(max_size=200))
def test_any_bytes(route, body):
    check(app_with(FakeIndex()), route.method, route.path, body)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=80), st.sampled_from(["GET", "POST", "HEAD", "X"]))
def test_any_path_and_header(path, query, value, method):
    app = FakeApp()
    response = app.send(
        method,
        "/" + path,
        b"{}",
        query=query,
        content_type=value,
        authorization=value,
        x_request_id=value,
        origin=value,
    )
    assert response.status < 500
    assert app.model.calls == []


@given(st.sampled_from(sorted(rpc.OPERATIONS)), st.lists(values, max_size=4))
def test_any_rpc_arguments(name, arguments):
    app = app_with(FakeIndex())
    reply = json.loads(app.call(name, *arguments).text)
    assert reply["ok"] or reply["error"]["status"] in (400, 404, 413), app.log[-1]


@given(st.text(max_size=300) | values.map(json.dumps), st.integers(100, 599))
def test_any_error_of_the_model_becomes_an_embedder_error(body, status):
    assert isinstance(upstream.error(status, body, now_s=0), EmbedderError)


@given(st.text(max_size=300) | values.map(json.dumps))
def test_any_answer_of_vectorize_is_decoded_or_becomes_an_embedder_error(text):
    for kind in (vectorize.Description, vectorize.Mutation, vectorize.Matches, list[vectorize.Stored]):
        try:
            vectorize.decode(text, kind)
        except EmbedderError as error:
            assert error.code == "upstream_invalid"


@given(st.text())
def test_any_message_of_vectorize_becomes_an_embedder_error(message):
    assert isinstance(vectorize.error(message), EmbedderError)


@given(st.dictionaries(st.sampled_from(["AUTH", "API_KEYS", "CORS_ORIGINS", "WAIT_S", "MAX_BODY_BYTES"]), scalars))
def test_any_variables_are_accepted_or_rejected_by_name(variables):
    try:
        settings.Settings.from_env(variables)
    except settings.SettingsError as error:
        assert any(name in str(error) for name in variables)


@given(st.text())
def test_the_token_estimate_of_any_text_is_bounded(text):
    assert 0 <= tokens.estimate(text) <= len(text.encode("utf-8", "surrogatepass"))


@given(st.integers(0, 10), st.floats(0, 1), st.floats(-10, 100))
def test_a_retry_delay_is_short_and_within_the_deadline(attempt, jitter, left_s):
    error = EmbedderError("upstream_error", "x", transient=True)
    wait = retries.wait_s(attempt, error, jitter=jitter, left_s=left_s)
    assert wait is None or (0 < wait <= 2 and wait < left_s)
    assert retries.wait_s(attempt, EmbedderError("upstream_error", "x"), jitter=jitter, left_s=left_s) is None
    assert not (retries.is_last(attempt) and wait)


def test_the_valid_bodies_reach_the_model():
    """If every request were rejected, the fuzzers would prove nothing."""
    app = app_with(FakeIndex())
    check(app, "POST", "/embed", json.dumps(VALID[0]).encode())
    assert app.model.calls
