"""Fuzzing: any input gives an answer or a clear error, never an internal one. A rejected request never calls the model.

`tests/runtime/limits/test_fuzz.py` sends the same to the built Worker. `make fuzz` runs both with more examples.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder import rpc, settings
from embedder.embedding import embedder, tokens, workers_ai_errors
from embedder.errors import EmbedderError
from embedder.vectorize import answers
from tests import strategies
from tests.core.fake_index import FakeIndex, Found, app_with
from tests.core.fakes import FakeApp, content
from tests.core.keyed import keyed, send
from tests.strategies import FRAGMENTS, PLACES, VALID, Sent, place, scalars, values


def check(sent: Sent) -> None:
    method, path, body = sent
    app = app_with(FakeIndex())
    response = app.send(method, path, body)
    assert response.status in strategies.STATUSES, (response.status, app.log[-1])
    if response.status != 200:
        assert app.model.calls == []
        strategies.check_error(path, response.status, content(response))


@given(strategies.any_json)
def test_any_json(sent):
    check(sent)


@given(strategies.changed_bytes)
def test_valid_bodies_with_some_bytes_changed(sent):
    check(sent)


@given(strategies.any_bytes)
def test_any_bytes(sent):
    check(sent)


@pytest.mark.parametrize("name", FRAGMENTS)
def test_odd_json(name):
    for field in PLACES:
        check(place(field, FRAGMENTS[name]))


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
def test_any_answer_of_the_model_is_an_error_of_ours(body, status):
    assert isinstance(workers_ai_errors.error(status, body, now_s=0), EmbedderError)


@given(st.text(max_size=300) | values.map(json.dumps))
def test_any_answer_of_vectorize_is_right_or_an_error_of_ours(text):
    for kind in (answers.Description, answers.Mutation, answers.Matches, list[answers.Stored]):
        try:
            answers.decode(text, kind)
        except EmbedderError as error:
            assert error.code == "upstream_invalid"


def odd(**right: object) -> st.SearchStrategy:
    """Return objects with some fields that are missing, and some that have another value."""
    fields = {name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in right.items()}
    return st.fixed_dictionaries({}, optional={name: field | field | values for name, field in fields.items()}) | values


_ID, _NAMESPACE = st.sampled_from("abc"), st.sampled_from(["own", "other", None])
_MATCH = odd(id=_ID, score=st.sampled_from([0.9, 0.5, -0.1, 7]), values=0, metadata={"text": "x"}, namespace=_NAMESPACE)
_MUTATION = odd(mutationId="m")
ODD_ANSWERS = {
    "query": odd(count=2, matches=st.lists(_MATCH, max_size=4)),
    "getByIds": st.lists(odd(id=_ID, values=0, namespace=_NAMESPACE), max_size=3) | values,
    "upsert": _MUTATION,
    "deleteByIds": _MUTATION,
    "describe": odd(dimensions=768, vectorCount=1, processedUpToMutation="m", processedUpToDatetime="2026-01-01"),
}
ODD_REQUESTS = [
    ("POST", "/search", {"text": "a", "values": True}),
    ("POST", "/search", {"id": "a", "metadata": "none"}),
    ("POST", "/search", {"text": "a", "diversity": 0.5, "min_score": 0.1}),
    ("DELETE", "/vectors", {"namespace": "own", "wait": True}),
    ("DELETE", "/vectors", {"ids": ["a", "b"]}),
    ("PUT", "/vectors", {"documents": [{"id": "a", "text": "x"}], "namespace": "own", "wait": True}),
    ("GET", "/index", {}),
    ("POST", f"{strategies.INDEX}/query", {"vectorId": "a", "returnValues": True}),
    ("POST", f"{strategies.INDEX}/get_by_ids", {"ids": ["a", "b"]}),
]


class OddIndex(FakeIndex):
    """An index with one answer for each method."""

    def __init__(self, answers: dict[str, object]) -> None:
        super().__init__()
        self.answers = answers | {"queryById": answers["query"]}

    async def call(self, _scope, method, *_):
        return Found(json.dumps(self.answers[method]), [[1.0, 2.0]])


@given(st.fixed_dictionaries(ODD_ANSWERS), st.sampled_from(ODD_REQUESTS), st.sampled_from([None, ["own"]]))
def test_any_answers_of_vectorize_are_an_answer_or_an_error_of_ours(found, request, namespaces):
    app = keyed(OddIndex(found), namespaces=namespaces) if namespaces else app_with(OddIndex(found))
    response = send(app, *request)
    assert response.status in (200, 403, 404, 409, 502), app.log[-1]
    if response.status == 200 and namespaces and "search" in request[1]:
        assert {match["namespace"] for match in json.loads(content(response))["matches"]} <= {"own"}


@given(st.text())
def test_any_message_of_vectorize_is_an_error_of_ours(message):
    assert isinstance(answers.error(message), EmbedderError)


@given(st.dictionaries(st.sampled_from(["AUTH", "API_KEYS", "CORS_ORIGINS", "WAIT_S", "MAX_BODY_BYTES"]), scalars))
def test_any_variables_are_settings_or_a_named_fault(variables):
    try:
        settings.Settings.from_env(variables)
    except settings.SettingsError as error:
        assert any(name in str(error) for name in variables)


@given(st.text())
def test_tokens_of_any_text_are_bounded(text):
    assert 0 <= tokens.estimate(text) <= len(text.encode("utf-8", "surrogatepass"))


@given(st.integers(0, 10), st.floats(0, 1), st.floats(-10, 100))
def test_a_wait_is_short_and_inside_the_deadline(attempt, jitter, left_s):
    error = EmbedderError("upstream_error", "x", transient=True)
    wait = embedder.retry_wait_s(attempt, error, jitter=jitter, left_s=left_s)
    assert wait is None or (0 < wait <= 2 and wait < left_s)
    assert embedder.retry_wait_s(attempt, EmbedderError("upstream_error", "x"), jitter=jitter, left_s=left_s) is None
    assert not (embedder.is_last(attempt) and wait)


def test_the_fuzzers_reach_the_model_and_the_index():
    """A fuzzer that is always rejected would prove nothing."""
    app = app_with(FakeIndex())
    assert app.ask("/embed", VALID[0]).status == 200
    assert app.model.calls
    for field, name in (("vectors", "upsert"), ("vector", "query")):
        [body] = [body for body in VALID if field in body]
        assert app.ask(f"{strategies.INDEX}/{name}", body).status == 200
