"""Keys, origins, rate limits and methods, under the real runtime."""

import gzip

import pytest

from tools import runtime
from tools.dev import process as dev

KEY, NEXT_KEY = "0123456789abcdef0123", "fedcba9876543210fedc"
JSON = {"content-type": "application/json"}
ORIGIN = "https://app.example"
SHELL = "app://obsidian.md"  # no browser can have it


@pytest.fixture(scope="module")
def protected(start_worker):
    """A Worker with two keys and one allowed origin."""
    settings = {
        "AUTH": "on",
        "API_KEYS": f"web:{KEY},next:{NEXT_KEY}",
        "CORS_ORIGINS": f"{ORIGIN} app.example App://Obsidian.md/",
    }
    return start_worker(settings=settings)


def bearer(key):
    return {"authorization": f"Bearer {key}"}


@pytest.mark.parametrize("key", [KEY, NEXT_KEY])
def test_both_keys_are_accepted_during_a_rotation(protected, key):
    response = protected.post("/embed", {"text": "a"}, headers=bearer(key))
    assert response.status_code == 200
    line = protected.line_with(response.headers["x-request-id"])
    assert f'"key":"{"web" if key == KEY else "next"}"' in line
    assert key not in line


@pytest.mark.parametrize("path", ["/embed", "/v1/embeddings", "/search", "/client/v4/accounts/a/ai/v1/embeddings"])
def test_a_missing_and_a_wrong_key_get_the_same_answer(protected, path):
    answers = [protected.post(path, {}, headers=headers) for headers in ({}, bearer("wrong"), bearer(KEY[:-1] + "X"))]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].headers["www-authenticate"].startswith("Bearer")


def test_health_needs_no_key(protected):
    assert protected.send("GET", "/health").status_code == 200
    assert protected.send("GET", "/v1/models").status_code == 401


def test_cors_headers_are_only_for_allowed_origins(protected):
    headers = {**bearer(KEY), "origin": ORIGIN}
    allowed = protected.post("/embed", {"text": "a"}, headers=headers).headers
    assert allowed["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in allowed
    assert "retry-after" in allowed["access-control-expose-headers"]
    other = protected.post("/embed", {"text": "a"}, headers={**headers, "origin": "https://b.example"}).headers
    assert "access-control-allow-origin" not in other


@pytest.mark.parametrize("origin", [ORIGIN, SHELL])
def test_a_preflight_needs_no_key(protected, origin):
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,x-stainless-os"}
    response = protected.send("OPTIONS", "/embed", headers={"origin": origin, **asked})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (204, origin)
    assert response.headers["access-control-allow-headers"] == "authorization, x-stainless-os"
    answer = protected.post("/embed", {"text": "a"}, headers={"origin": origin, **bearer(KEY)})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)


def test_an_entry_of_cors_origins_that_is_no_origin_is_only_in_the_log(protected):
    assert protected.send("GET", "/health").status_code == 200
    assert "'app.example' has no scheme" in protected.line_with("ignored: CORS_ORIGINS")


def test_head_and_options(worker):
    head = worker.send("HEAD", "/health")
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", "application/json")
    options = worker.send("OPTIONS", "/v1/models")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_bodies_and_paths_as_clients_send_them(protected):
    """A compressed body, a byte order mark, more slashes, and other places of the key."""
    body = b'{"content": {"parts": [{"text": "a"}]}}'
    path = "/v1beta/models/embeddinggemma-300m:embedContent"
    compressed = {"data": gzip.compress(body), "headers": {"x-api-key": KEY, "content-encoding": "gzip"}}
    answer = protected.send("POST", path, **compressed)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
    answer = protected.send("POST", f"/{path}/?key={KEY}", data=b"\xef\xbb\xbf" + body, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert KEY not in protected.line_with(answer.headers["x-request-id"])
    assert protected.post("/embeddings/", {"model": "embeddinggemma", "input": "a"}, headers=bearer(KEY)).ok


def test_every_answer_has_a_request_id_and_server_timing(worker):
    for response in (worker.post("/embed", {"text": "a"}), worker.post("/embed", {}), worker.send("GET", "/nowhere")):
        assert response.headers["x-request-id"]
        assert response.headers["server-timing"].startswith("model;dur=")
    given = worker.send("GET", "/health", headers={"x-request-id": "my-id.1"})
    assert given.headers["x-request-id"] == "my-id.1"


def test_without_keys_requests_are_rejected(start_worker):
    unset = start_worker(settings={"AUTH": "on"})
    response = unset.post("/embed", {"text": "a"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "auth_not_configured")


def test_an_invalid_variable_is_only_in_the_log(start_worker):
    broken = start_worker(settings={"WAIT_S": "soon"})
    response = broken.post("/embed", {"text": "a"})
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal_error")
    assert "WAIT_S" not in response.text
    assert "WAIT_S" in broken.line_with(response.headers["x-request-id"])


@pytest.mark.extended
def test_the_rate_limit_binding_is_used(start_dev, tmp_path):
    """Uses the real binding, with a limit of three requests."""
    configuration = dev.linked(tmp_path, runtime.ROOT)
    text = configuration.read_text()
    configuration.unlink()
    configuration.write_text(text.replace("limit = 100000", "limit = 3"))
    limited = start_dev(configuration=configuration)
    answers = [limited.post("/embed", {"text": "a"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["error"]["code"] == "rate_limited"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert limited.send("GET", "/health").status_code == 200
