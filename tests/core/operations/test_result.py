"""The result of an operation: what each field becomes over HTTP and over RPC."""

import json

import msgspec
import pytest

from embedder import rpc
from embedder.api import routes
from embedder.api.native import error_text
from embedder.api.routes import Place
from embedder.api.routing import Api, Route
from embedder.embedding.embedder import PreparedTexts
from embedder.encoding import PLACEHOLDER
from embedder.operations.operation import Operation
from embedder.operations.result import Result
from tests.core.fakes import FakeApp, FakeNumbers, content


class Nothing(msgspec.Struct):
    pass


@pytest.fixture
def answers(monkeypatch):
    """Return what a service answers over HTTP and over RPC if its operation returns this result."""

    def of(result, method="GET"):
        async def handler(*_):
            return result

        route = Route("GET", "/new", handler, "New", public=True)
        place = Place(Api(routes=(route,), error_text=error_text), {"GET": route}, {})
        monkeypatch.setitem(routes._PLACES, "/new", place)
        operation = Operation("new", "embed", "GET", "/new", Nothing, Nothing, handler, (), "New")
        monkeypatch.setitem(rpc.OPERATIONS, "new", operation)
        monkeypatch.setitem(rpc.REQUESTS, "new", Nothing)
        return FakeApp().send(method, "/new"), FakeApp().call("new")

    return of


def test_a_result_without_numbers_is_its_body(answers):
    response, reply = answers(Result({"count": 1}))
    assert (response.status, content(response), response.numbers) == (200, '{"count":1}', None)
    assert (reply.text, reply.numbers, reply.field) == ('{"ok":true,"count":1}', None, "")


def test_numbers_go_into_the_hole_and_over_rpc_into_the_field(answers):
    numbers = FakeNumbers([[1, 2], [3, 4]])
    response, reply = answers(Result({"n": 2, "rows": [PLACEHOLDER], "z": 0}, numbers=numbers, field="rows"))
    assert json.loads(content(response)) == {"n": 2, "rows": [[1, 2], [3, 4]], "z": 0}
    assert (json.loads(reply.text), reply.numbers, reply.field) == (
        {"ok": True, "n": 2, "rows": [], "z": 0},
        numbers,
        "rows",
    )


def test_the_template_of_a_row_has_its_numbers_and_its_index(answers):
    response, _ = answers(Result({"rows": [PLACEHOLDER]}, numbers=FakeNumbers([[1], [2]]), item='{"i":#,"v":@}'))
    assert json.loads(content(response)) == {"rows": [{"i": 0, "v": [1]}, {"i": 1, "v": [2]}]}


def test_the_status_is_that_of_http_and_rpc_has_none(answers):
    response, reply = answers(Result({"ids": ["a"]}, status=202))
    assert (response.status, reply.text) == (202, '{"ok":true,"ids":["a"]}')


def test_a_body_that_is_none_is_an_empty_answer(answers):
    response, _ = answers(Result(None, status=202))
    assert (response.status, content(response)) == (202, None)


def test_the_answer_to_head_has_no_body_and_no_numbers(answers):
    response, _ = answers(Result({"rows": [PLACEHOLDER]}, numbers=FakeNumbers([[1]])), "HEAD")
    assert (response.status, content(response), response.numbers) == (200, None, None)


def test_what_was_prepared_is_headers_over_http_and_fields_over_rpc(answers):
    prepared = PreparedTexts(texts=["a"], tokens=7, truncated=[0], task="query")
    response, reply = answers(Result({}, prepared))
    told = {name: value for name, value in response.headers.items() if name.startswith("x-embedding-")}
    assert told == {
        "x-embedding-tokens": "7;estimated",
        "x-embedding-task": "query",
        "x-embedding-truncated": "0",
    }
    assert json.loads(reply.text) == {"ok": True, "task": "query", "tokens": 7, "truncated": [0]}


def test_a_result_can_not_be_changed():
    with pytest.raises(AttributeError):
        Result({}).status = 500
