"""Who is calling: keys in headers, and web pages of other origins."""

import json

import pytest

from embedder.api import routes
from tests.core.api.bodies import GOOGLE, google
from tests.core.fakes import FakeApp, error

KEYS = "web:0123456789abcdef, batch:fedcba9876543210"


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer 0123456789abcdef", 200),
        ("bearer fedcba9876543210", 200),
        ("Bearer 0123456789abcdeX", 401),
        ("Bearer ", 401),
        ("", 401),
        ("0123456789abcdef", 200),  # of the package @mixedbread-ai/sdk
        (" 0123456789abcdef ", 200),
        ("0123456789abcdeX", 401),
        ("0123456789abcdef fedcba9876543210", 401),
        ("Bearer", 401),
        ("Basic 0123456789abcdef", 401),
        ("Bearer web:0123456789abcdef", 401),
        ("Bearer é", 401),
    ],
)
def test_only_configured_keys_are_accepted(authorization, status):
    app = FakeApp(AUTH="on", API_KEYS=KEYS)
    response = app.ask("/embed", {"text": "a"}, authorization=authorization)
    assert response.status == status
    assert len(app.model.calls) == (status == 200)
    if status == 401:
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_without_keys_only_public_routes_answer():
    app = FakeApp(AUTH="on")
    assert error(app.ask("/embed", {"text": "a"}))[:2] == (503, "auth_not_configured")
    assert app.send("GET", "/health").status == 200


OWN = "https://embedder.example"
FOREIGN = [
    "https://evil.example",
    "null",
    "http://embedder.example",
    "https:",
    f"{OWN}.evil.example",
    f"{OWN}:8443",
    "",
]
MACHINE = ["http://localhost:3000", "http://127.0.0.1:8787", "http://[::1]", "https://localhost"]
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


def is_rejected(response):
    return (response.status, "may not call this" in response.text) == (403, True)


@pytest.mark.parametrize("origin", [*FOREIGN, *MACHINE])
def test_mcp_rejects_pages_of_other_sites(origin):
    app = FakeApp(CORS_ORIGINS="https://app.example")
    response = app.send("POST", "/mcp", PING, origin=origin)
    assert is_rejected(response)
    assert json.loads(response.text)["error"]["code"] == -32600
    assert json.loads(app.log[-1])["code"] == "origin_not_allowed"
    assert "access-control-allow-origin" not in response.headers
    assert is_rejected(app.send("POST", "/%6dcp", PING, origin=origin))
    assert app.ask("/embed", {"text": "a"}, origin=origin).status == 200


def test_mcp_answers_programs_its_own_pages_and_allowed_ones():
    app = FakeApp(CORS_ORIGINS="https://app.example")
    assert app.send("POST", "/mcp", PING).status == 200
    for origin in (OWN, "https://app.example"):
        assert app.send("POST", "/mcp", PING, origin=origin).status == 200
        assert app.send("OPTIONS", "/mcp", origin=origin).status == 204


@pytest.mark.parametrize("route", routes.TABLE, ids=lambda route: f"{route.method} {route.path}")
def test_on_a_developers_machine_no_route_answers_pages_of_other_sites(route):
    app = FakeApp(LOCAL_MODEL="emulator", CORS_ORIGINS="https://app.example")
    for origin in FOREIGN:
        assert is_rejected(app.send(route.method, route.path, b"{}", origin=origin))
        assert is_rejected(app.send("OPTIONS", route.path, origin=origin))
    assert not app.model.calls
    for origin in (*MACHINE, OWN, "https://app.example"):
        assert not is_rejected(app.send(route.method, route.path, b"{}", origin=origin))


@pytest.mark.parametrize("header", ["api-key", "x-goog-api-key", "authorization"])
def test_every_header_for_a_key_is_accepted(header):
    key = "a-key-of-sixteen-characters"
    app = FakeApp(AUTH="on", API_KEYS=f"web:{key}")
    body = json.dumps(google()).encode()
    value = f"Bearer {key}" if header == "authorization" else key
    assert app.send("POST", GOOGLE, body, **{header: value}).status == 200
    assert json.loads(app.log[-1])["key"] == "web"
    assert app.send("POST", GOOGLE, body, **{header: f"{value}x"}).status == 401
    assert app.send("POST", GOOGLE, body, **{header: value, "content_type": ""}).status == 200
    assert app.send("POST", GOOGLE, body, content_type="").status == 401


SECRET = "a-key-of-sixteen-characters"


@pytest.mark.parametrize(("query", "status"), [(f"key={SECRET}", 200), (f"alt=json&key={SECRET}", 200), ("key=x", 401)])
def test_googles_routes_take_the_key_from_the_query_and_never_log_it(query, status):
    app = FakeApp(AUTH="on", API_KEYS=f"web:{SECRET}")
    assert app.send("POST", GOOGLE, json.dumps(google()).encode(), query=query).status == status
    assert app.send("GET", "/v1beta/models", query=query).status == status
    assert app.send("POST", GOOGLE, b"{", query=query).status == (400 if status == 200 else 401)
    assert SECRET not in "".join(app.log)


def test_a_header_goes_before_the_query_and_no_other_route_takes_it():
    app = FakeApp(AUTH="on", API_KEYS=f"web:{SECRET}")
    body = json.dumps(google()).encode()
    assert app.send("POST", GOOGLE, body, query=f"key={SECRET}", authorization="Bearer wrong").status == 401
    for route in routes.TABLE:
        if not (route.key_in_query or route.public):
            answer = app.send(route.method, route.path, b"{}", query=f"key={SECRET}")
            assert answer.status == 401, route.path
