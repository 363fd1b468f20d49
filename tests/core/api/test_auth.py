"""Who is calling: keys in headers, and CORS."""

import json

import pytest

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


def test_cors_allows_only_the_configured_origins():
    app = FakeApp(CORS_ORIGINS="https://a.example")
    allowed = app.ask("/embed", {"text": "a"}, origin="https://a.example").headers
    assert allowed["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-credentials" not in allowed
    other = app.ask("/embed", {"text": "a"}, origin="https://b.example").headers
    assert "access-control-allow-origin" not in other
    assert other["vary"] == "origin"
    preflight = app.send("OPTIONS", "/embed", origin="https://a.example").headers
    assert "POST" in preflight["access-control-allow-methods"]
    assert "access-control-allow-methods" not in app.send("OPTIONS", "/embed", origin="https://b.example").headers


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
