"""The handling of one HTTP request, on fakes: bodies, methods, headers. A rejected request never calls the model."""

import json

import pytest

from embedder.api import routes
from embedder.errors import EmbedderError
from tests import strategies
from tests.core.api.bodies import NAME
from tests.core.fakes import FakeApp, content, error


@pytest.mark.parametrize("path", [route.path for route in routes.TABLE if route.body is not None])
@pytest.mark.parametrize(
    ("body", "headers", "status", "fault"),
    [
        (b"", {}, 400, "invalid_json"),
        (b" \n ", {}, 400, "invalid_json"),
        (b"hello", {}, 400, "invalid_json"),
        (b'{"text": NaN}', {}, 400, None),
        (b'{"x": ' + b"9" * 5000 + b"}", {}, 400, None),
        (b'{"dimensions": 1e400}', {}, 400, None),
        (b'{"text": ' + b"[" * 100_000, {}, 400, None),
        (b'{"task": ' + b'{"a":' * 100_000, {}, 400, None),
        (b'"\xff"', {}, 400, None),
        (b"[]", {}, 400, "invalid_request"),
        (b"null", {}, 400, "invalid_request"),
        (b'{"pooling": "cls"}', {}, 400, "invalid_request"),
        (b"{}", {"content_type": "text/plain"}, 415, "unsupported_media_type"),
        (b"{}", {"content_type": "application/json; charset=latin-1"}, 415, "unsupported_media_type"),
        (b"{}", {"content_type": ""}, 415, "unsupported_media_type"),
        (b"x" * 2000, {}, 413, "payload_too_large"),
    ],
)
def test_every_route_rejects_an_invalid_body(path, body, headers, status, fault):
    app = FakeApp(MAX_BODY_BYTES="1024" if len(body) == 2000 else "4000000")
    method = next(route.method for route in routes.TABLE if route.path == path and route.body is not None)
    sent_path = strategies.filled(path)
    response = app.send(method, sent_path, body, **headers)
    code = json.loads(app.log[-1])["code"]
    assert response.status == routes.find(sent_path).api.statuses.get(code, status)
    assert app.model.calls == []
    strategies.check_error(sent_path, response.status, content(response))
    assert fault in (None, code)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'\xef\xbb\xbf{"text": "a"}', 200),
        (b'\xef\xbb\xbf\n {"text": "a"}', 200),
        (b'\xef\xbb\xbf\xef\xbb\xbf{"text": "a"}', 400),
        (b"\xef\xbb\xbf" * 100_000, 400),
        (b"\xef\xbb\xbf", 400),
        (b'{"text": "\xef\xbb\xbfa"}', 200),
        ('{"text": "a"}'.encode("utf-16"), 400),
    ],
)
def test_a_byte_order_mark_is_ignored(body, status):
    assert FakeApp().send("POST", "/embed", body).status == status


def test_every_answer_forbids_caching_and_type_sniffing():
    app = FakeApp()
    for response in (app.ask("/embed", {"text": "a"}), app.ask("/embed", {}), app.send("GET", "/health")):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"


def test_truncated_texts_are_listed_in_a_header():
    app = FakeApp(MAX_TEXT_TOKENS="10")
    response = app.ask("/embed", {"text": ["short", "word " * 40, "short", "word " * 40]})
    assert response.status == 200
    assert response.headers["x-embedding-truncated"] == "1,3"


def test_many_truncated_texts_fit_into_a_header():
    app = FakeApp(MAX_TEXT_TOKENS="10")
    texts = ["word " * 40] * 1865
    response = app.ask("/v1/embeddings", {"model": "embeddinggemma-300m", "input": texts})
    assert response.headers["x-embedding-truncated"] == "0-1864"
    texts = ["word " * 40, "short"] * 1024
    response = app.ask("/v1/embeddings", {"model": "embeddinggemma-300m", "input": texts})
    header = response.headers["x-embedding-truncated"]
    assert len(header) <= 4096
    assert header.startswith("0,2,4,")
    assert header.endswith(",...")


def test_the_error_of_a_limiter_does_not_name_the_caller_in_the_log():
    async def fail(_scope: object, key: str) -> bool:
        raise OSError(f"no answer for {key}")

    app = FakeApp(limiter=fail)
    assert app.ask("/embed", {"text": "a"}, cf_connecting_ip="192.0.2.7").status == 500
    assert "192.0.2.7" not in app.log[0]
    assert "no answer for ..." in app.log[0]


def test_a_limiter_that_does_not_answer_in_time_is_a_timeout():
    async def hang(_scope: object, _key: str) -> bool:
        raise EmbedderError("upstream_timeout", "late")

    app = FakeApp(limiter=hang)
    assert error(app.ask("/embed", {"text": "a"}))[:2] == (504, "upstream_timeout")
    assert app.model.calls == []


@pytest.mark.parametrize(("size", "yields"), [(60_000, 0), (70_000, 1)])
def test_other_requests_run_between_the_steps_of_a_large_body(size, yields):
    app = FakeApp()
    assert app.ask("/embed", {"text": "a" * size}).status == 200
    assert app.lifetime.yields == yields
    assert json.loads(app.call("embed", "a" * size).text)["ok"] is True
    assert app.lifetime.yields == 2 * yields


def test_others_get_a_turn_before_the_calls_of_a_batch():
    app = FakeApp()
    assert app.ask("/v1/embeddings", {"model": NAME, "input": ["a"] * 101}).status == 200
    assert app.lifetime.yields == 1


def test_others_get_a_turn_before_a_long_answer_is_written():
    app = FakeApp()
    body = {"model": NAME, "texts": ["a" * 30_000] * 3, "input_type": "search_query"}
    assert app.ask("/v2/embed", body).status == 200
    assert app.lifetime.yields == 3


def test_head_options_and_other_methods():
    app = FakeApp()
    head = app.send("HEAD", "/health")
    assert (head.status, content(head)) == (200, None)
    options = app.send("OPTIONS", "/embed")
    assert (options.status, options.headers["allow"]) == (204, "OPTIONS, POST")
    wrong = app.send("DELETE", "/v1/models")
    assert (error(wrong)[:2], wrong.headers["allow"]) == ((405, "method_not_allowed"), "GET, HEAD, OPTIONS")
    assert error(app.send("GET", "/nowhere"))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("abc-123", "abc-123"),
        ("x" * 64, "x" * 64),
        ("x" * 65, "generated-id"),
        ("a b", "generated-id"),
        ("é", "generated-id"),
    ],
)
def test_a_valid_request_id_is_returned(sent, returned):
    response = FakeApp().send("GET", "/health", x_request_id=sent)
    assert response.headers["x-request-id"] == returned


KEYS = "web:0123456789abcdef, batch:fedcba9876543210"


def test_the_rate_limiter_counts_by_key_name_or_address():
    seen = []

    async def limiter(_scope, key):
        seen.append(key)
        return len(seen) < 3

    app = FakeApp(AUTH="on", API_KEYS=KEYS, limiter=limiter)
    assert app.ask("/embed", {"text": "a"}, authorization="Bearer 0123456789abcdef").status == 200
    assert app.ask("/embed", {"text": "a"}, authorization="Bearer wrong", cf_connecting_ip="1.2.3.4").status == 401
    limited = app.ask("/embed", {"text": "a"}, authorization="Bearer wrong", cf_connecting_ip="1.2.3.4")
    assert error(limited)[:2] == (429, "rate_limited")
    assert int(limited.headers["retry-after"]) > 0
    assert seen == ["key:web", "address:1.2.3.4", "address:1.2.3.4"]


def test_addresses_of_one_ipv6_network_are_one_caller():
    """Each of 2**64 addresses had a limit, and a share of the memory, of its own."""
    seen = []

    async def limiter(_scope, key):
        seen.append(key)
        return True

    app = FakeApp(limiter=limiter)
    for address in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"):
        assert app.ask("/embed", {"text": "a"}, cf_connecting_ip=address).status == 200
    assert seen == ["address:2001:db8:0:0::/64"] * 2 + ["address:2001:db8:0:1::/64"]
