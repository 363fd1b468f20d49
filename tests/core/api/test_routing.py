"""The types of a route: what each field of a route means to a request."""

import json
import time
from urllib.parse import quote

import msgspec
import pytest

from embedder.access.scopes import SCOPES
from embedder.api import routes
from embedder.api.routes import Place
from embedder.api.routing import JSON, Api, Route, path_and_query, query_values, unknown_path
from embedder.errors import EmbedderError
from embedder.operations.result import Result
from tests.core.fakes import FakeApp, content
from tests.core.keyed import KEY, SUBSETS, keyed, send


class Body(msgspec.Struct):
    text: str


@pytest.fixture
def serve(monkeypatch):
    """Add a route `/new` whose handler returns what it got. Further arguments are fields of its API."""

    async def handler(_app, context, body, **named):
        return Result({"body": body, "named": named, "gateway": context.gateway})

    def add(method="GET", *, of_api=None, **fields):
        route = Route(method, "/new", handler, "New", **fields)
        api = Api(
            routes=(route,), **{"error_text": lambda error: json.dumps({"wrong": error.message}), **(of_api or {})}
        )
        monkeypatch.setitem(routes._PLACES, "/new", Place(api, {method: route}, {}))

    return add


@pytest.mark.parametrize("scopes", SUBSETS, ids=lambda scopes: "+".join(sorted(scopes)))
def test_a_route_that_names_no_scope_is_for_keys_with_every_scope(serve, scopes):
    serve()
    assert send(keyed(None, scopes), "GET", "/new").status == (200 if scopes == SCOPES else 403)


def test_only_a_public_route_needs_no_key(serve):
    serve()
    assert keyed(None).send("GET", "/new").status == 401
    serve(public=True)
    assert keyed(None).send("GET", "/new").status == 200


def test_a_key_in_the_query_counts_only_where_the_route_says_so(serve):
    serve(of_api={"lenient": True})
    assert keyed(None).send("GET", "/new", query=f"key={quote(KEY)}").status == 401
    serve(key_in_query=True, of_api={"lenient": True})
    assert keyed(None).send("GET", "/new", query=f"key={quote(KEY)}").status == 200


@pytest.mark.parametrize(("named", "status"), [({}, 415), ({"media_types": (JSON, "text/x")}, 200)])
def test_a_route_takes_json_alone_unless_it_says_otherwise(serve, named, status):
    serve("POST", body=Body, **named)
    assert FakeApp().send("POST", "/new", b'{"text": "a"}', content_type="text/x").status == status
    assert FakeApp().send("POST", "/new", b'{"text": "a"}', content_type=JSON).status == 200


def test_a_handler_gets_the_query_and_a_gateway_only_if_its_route_takes_them(serve):
    sent = {"query": "a=1&a=2&b=", "cf_aig_gateway_id": "mine"}
    serve(query={"a": "One.", "b": "Another."})
    assert json.loads(content(FakeApp().send("GET", "/new", **sent))) == {"body": None, "named": {}, "gateway": ""}
    serve(query={"a": "One.", "b": "Another."}, takes_query=True, gateway=True)
    got = json.loads(content(FakeApp().send("GET", "/new", **sent)))
    assert got == {"body": None, "named": {"query": {"a": "1,2"}}, "gateway": "mine"}


@pytest.mark.parametrize(("lenient", "status"), [(False, 400), (True, 200)])
def test_a_query_parameter_that_a_route_does_not_have_is_ignored_by_lenient_apis_alone(serve, lenient, status):
    serve(query={"a": "One."}, of_api={"lenient": lenient})
    assert FakeApp().send("GET", "/new", query="a=1").status == 200
    answer = FakeApp().send("GET", "/new", query="a=1&other=2")
    assert (answer.status, "'other'" in content(answer)) == (status, not lenient)


def test_a_route_may_explain_an_error_in_its_body(serve):
    serve("POST", body=Body, explain=lambda error, _: EmbedderError("not_found", f"Explained: {error.param}"))
    answer = FakeApp().send("POST", "/new", b'{"text": 5}')
    assert (answer.status, json.loads(content(answer))) == (404, {"wrong": "Explained: text"})


def test_the_errors_of_a_route_have_the_format_of_its_api(serve):
    serve(of_api={"error_text": lambda error: f'["{error.code}"]'})
    assert content(FakeApp().send("PUT", "/new")) == '["method_not_allowed"]'


def test_an_api_that_checks_the_origin_rejects_pages_of_other_sites(serve):
    for checks, status in ((False, 200), (True, 403)):
        serve(of_api={"checks_origin": checks})
        assert FakeApp().send("GET", "/new", origin="https://other.example").status == status


def test_the_time_for_a_parameter_that_is_repeated_is_linear():
    def seconds(count):
        query = "&".join(["ids=" + "x" * 50] * count)
        began = time.thread_time()  # other programs and the garbage collector disturb single measurements
        assert len(query_values(query)["ids"]) == 51 * count - 1
        return time.thread_time() - began

    assert min(seconds(20_000) for _ in range(5)) < 40 * max(min(seconds(2_000) for _ in range(5)), 0.001)


def test_an_unknown_path_is_quoted_up_to_200_characters():
    error = unknown_path("/" + "x" * 300)
    assert error.code == "not_found"
    assert error.message == f"Unknown path /{'x' * 199}; GET /openapi.json lists the routes."


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://embedder.example/embed", ("/embed", "")),
        ("http://h/%65mbed?a=%62", ("/embed", "a=%62")),
        ("https://embedder.example", ("/", "")),
        ("https://embedder.example/", ("/", "")),
        ("https://embedder.example/a%2Fb%3Fc?d?e", ("/a/b?c", "d?e")),
        ("https://embedder.example/%ff%zz", ("/\ufffd%zz", "")),
        ("https://embedder.example/%2565", ("/%65", "")),
    ],
)
def test_the_path_of_a_url_is_decoded_once(url, found):
    assert path_and_query(url) == found
