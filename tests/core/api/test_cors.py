"""What a browser learns: CORS headers of answers, errors and preflights."""

import json

import pytest

from embedder.api import cors, routes
from tests import strategies
from tests.core.fakes import FakeApp

SHELL = "app://obsidian.md"
OWN = {"access-control-allow-origin": SHELL, "vary": "origin"}


def asked(names, **more):
    return {"origin": SHELL, "access-control-request-method": "POST", "access-control-request-headers": names, **more}


def preflight(app, path="/embed", names="authorization", **more):
    headers = {name.replace("-", "_"): value for name, value in asked(names, **more).items()}
    return app.send("OPTIONS", path, **headers)


def test_a_preflight_is_answered_with_the_headers_that_it_asks_for():
    names = "authorization,content-type,x-stainless-lang,mcp-protocol-version,x-any"
    answer = preflight(FakeApp(CORS_ORIGINS=SHELL), names=names)
    assert answer.status == 204
    assert answer.headers["access-control-allow-headers"].replace(" ", "") == names
    assert answer.headers["access-control-allow-origin"] == SHELL
    assert answer.headers["vary"] == "origin, access-control-request-headers"
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "PUT" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize(("origin", "granted"), [(SHELL, "true"), ("https://evil.example", None)])
def test_a_page_of_the_internet_may_call_a_service_on_this_machine_if_it_is_allowed(origin, granted):
    more = {"origin": origin, "access-control-request-private-network": "true"}
    headers = preflight(FakeApp(CORS_ORIGINS=SHELL), **more).headers
    assert headers.get("access-control-allow-private-network") == granted
    assert "access-control-allow-private-network" not in preflight(FakeApp(CORS_ORIGINS=SHELL)).headers


@pytest.mark.parametrize(
    ("names", "granted"),
    [
        ("", None),
        ("a b", None),
        ("x-a, é, x-b", "x-a, x-b"),
        ("x-a,,x-b,", "x-a, x-b"),
        ("x-a\r\nset-cookie: y", None),
        ("x" * 101, None),
        (",".join(["x-a"] * 10_000), ", ".join(["x-a"] * 1_000)),
    ],
)
def test_what_is_no_header_name_is_not_granted(names, granted):
    headers = cors.preflight_headers(frozenset({SHELL}), asked(names))
    assert headers.get("access-control-allow-headers") == granted


def test_another_origin_and_null_get_nothing():
    app = FakeApp(CORS_ORIGINS="*")
    for answer in (
        preflight(FakeApp(CORS_ORIGINS=SHELL), origin="https://evil.example"),
        preflight(app, origin="null"),
        app.ask("/embed", {"text": "a"}, origin="null"),
        FakeApp(CORS_ORIGINS=SHELL).ask("/embed", {"text": "a"}, origin="app://obsidian.md.evil"),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["vary"] == "origin"


def test_all_origins_are_allowed_without_credentials():
    answer = FakeApp(CORS_ORIGINS="*").ask("/embed", {"text": "a"}, origin="https://any.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_without_the_variable_no_answer_has_a_header_of_cors():
    app = FakeApp()
    for answer in (preflight(app), app.ask("/embed", {"text": "a"}, origin=SHELL)):
        assert not {"vary", "access-control-allow-origin"} & answer.headers.keys()


@pytest.mark.parametrize("path", sorted({route.path for route in routes.TABLE}))
def test_answers_and_errors_of_every_route_can_be_read(path):
    app = FakeApp(CORS_ORIGINS=SHELL, AUTH="on", API_KEYS="web:0123456789abcdef")
    sent = strategies.filled(path)
    for answer in (
        app.send("POST", sent, b"{", origin=SHELL),
        app.send("POST", sent, b"{", origin=SHELL, authorization="Bearer 0123456789abcdef"),
        app.send("GET", sent, origin=SHELL, authorization="Bearer 0123456789abcdef"),
    ):
        assert answer.headers.items() >= OWN.items()
    assert preflight(app, sent).status == 204


def test_a_page_can_read_the_error_of_an_unknown_path():
    app = FakeApp(CORS_ORIGINS=SHELL)
    assert preflight(app, "/nowhere").status == 204
    answer = app.ask("/nowhere", {}, origin=SHELL)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (404, SHELL)
    assert app.send("OPTIONS", "/nowhere").status == 404
    assert app.send("OPTIONS", "/nowhere", origin=SHELL).status == 404


def test_the_headers_of_this_service_are_exposed():
    app = FakeApp(CORS_ORIGINS=SHELL, MAX_TEXT_TOKENS="3", AUTH="on", API_KEYS="web:0123456789abcdef")
    answer = app.ask(
        "/embed", {"text": "a b c d e f", "task": "query"}, origin=SHELL, authorization="Bearer 0123456789abcdef"
    )
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    own = [name for name in answer.headers if name.startswith("x-embedding-")]
    assert len(own) == 3
    assert set(own) <= set(exposed)
    assert {"retry-after", "x-request-id", "www-authenticate"} <= set(exposed)


def test_an_entry_that_is_no_origin_takes_nothing_down():
    app = FakeApp(CORS_ORIGINS="obsidian.md, https://a.example")
    assert app.send("GET", "/health", origin="https://a.example").status == 200
    assert app.ask("/embed", {"text": "a"}, origin="https://a.example").headers["access-control-allow-origin"]
    assert json.loads(app.log[-1])["status"] == 200
