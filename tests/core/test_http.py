"""The HTTP contract, on fakes. A rejected request never calls the model."""

import json

import pytest

from embedder import settings
from embedder.api import routes
from tests import strategies
from tests.core.fakes import FakeAnswer, FakeApp, FakeModel, code, content, error, json_of

ACCOUNT = "/client/v4/accounts/abc/ai"
RUN = f"{ACCOUNT}/run/@cf/google/embeddinggemma-300m"
MODEL = "embeddinggemma-300m"


def openai(texts, **fields):
    return {"model": MODEL, "input": texts, **fields}


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
    assert response.status == status
    assert app.model.calls == []
    strategies.check_error(sent_path, status, content(response))
    assert fault in (None, json.loads(app.log[-1])["code"])


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/embed", {"text": ["a"] * 101}, (413, "batch_too_large", "text")),
        ("/embed", {"text": []}, (400, "invalid_request", "text")),
        ("/embed", {"text": "a", "task": "doc"}, (400, "invalid_request", "task")),
        ("/embed", {"text": "a", "input_type": "doc"}, (400, "invalid_request", "input_type")),
        ("/embed", {"text": "a", "task": "query", "input_type": "document"}, (400, "invalid_request", "input_type")),
        ("/embed", {"text": "a", "title": "T"}, (400, "invalid_request", "title")),
        ("/embed", {"text": "a", "dimensions": 300}, (400, "invalid_request", "dimensions")),
        ("/embed", {"text": "a", "dimensions": 768.5}, (400, "invalid_request", "dimensions")),
        ("/embed", {"text": "a", "encoding_format": "int16"}, (400, "invalid_request", "encoding_format")),
        ("/embed", {"text": "a", "truncate": True}, (400, "invalid_request", "truncate")),
        ("/embed", {"text": "a", "truncate": "start"}, (400, "invalid_request", "truncate")),
        ("/embed", {"text": ["a", "word " * 4000], "truncate": "error"}, (400, "text_too_long", "text[1]")),
        ("/v1/embeddings", {"input": "a"}, (400, "invalid_request", None)),
        ("/v1/embeddings", {"input": "a", "model": "text-embedding-3-small"}, (404, "model_not_found", "model")),
        ("/v1/embeddings", {"input": "a", "model": f"{MODEL}:doc"}, (404, "model_not_found", "model")),
        (
            "/v1/embeddings",
            {"input": "a", "model": f"{MODEL}:document", "task": "clustering"},
            (400, "invalid_request", "task"),
        ),
        ("/v1/embeddings", openai([1, 2, 3]), (400, "invalid_request", "input")),
        ("/v1/embeddings", openai([[1, 2], [3]]), (400, "invalid_request", "input")),
        ("/v1/embeddings", openai(["a", ""]), (400, "invalid_request", "input[1]")),
        ("/v1/embeddings", openai(["a"] * 2049), (413, "batch_too_large", "input")),
        ("/similarity", {"texts": []}, (400, "invalid_request", "texts")),
        ("/similarity", {"source": "", "texts": ["a"]}, (400, "invalid_request", "source")),
        ("/similarity", {"texts": ["a"] * 101}, (413, "batch_too_large", "texts")),
    ],
)
def test_rejects_invalid_fields_before_calling_the_model(path, body, expected):
    app = FakeApp()
    assert error(app.ask(path, body)) == expected
    assert app.model.calls == []


def test_token_ids_are_rejected_with_a_hint_for_the_client():
    assert (
        "check_embedding_ctx_length=False"
        in json_of(FakeApp().ask("/v1/embeddings", openai([[1, 2]])))["error"]["message"]
    )


def test_errors_of_the_rest_dialect_have_cloudflares_format_and_codes():
    app = FakeApp()
    assert json_of(app.ask(RUN, {"text": []})) == {
        "result": None,
        "success": False,
        "errors": [{"code": 5006, "message": "text is empty; send 1 to 100 items."}],
        "messages": [],
    }
    other = app.ask(f"{ACCOUNT}/run/@cf/baai/bge-m3", {"text": "a"})
    assert (other.status, json_of(other)["errors"][0]["code"]) == (404, 5007)


@pytest.mark.parametrize(
    ("options", "with_floats"),
    [
        ({}, False),
        ({"dimensions": 768, "encoding_format": "float"}, False),
        ({"dimensions": 512}, True),
        ({"encoding_format": "base64"}, True),
    ],
)
def test_floats_are_computed_only_if_the_digits_of_the_model_do_not_suffice(options, with_floats):
    app = FakeApp()
    assert app.ask("/embed", {"text": "a", **options}).status == 200
    assert app.model.with_floats == [with_floats]


@pytest.mark.parametrize("field", ["task", "input_type", "prompt_name"])
def test_adds_the_prompt_and_names_the_task_in_a_header(field):
    app = FakeApp()
    response = app.ask("/embed", {"text": ["a", "b"], field: "query"})
    assert app.model.calls == [["task: search result | query: a", "task: search result | query: b"]]
    assert response.headers["x-embedding-task"] == "search_query"


def test_the_model_name_can_contain_a_task():
    app = FakeApp()
    app.ask("/v1/embeddings", {"model": f"{MODEL}:search_query", "input": "a"})
    app.ask("/v1/embeddings", {"model": f"@cf/google/{MODEL}:document", "input": "a", "title": "T"})
    app.ask("/v1/embeddings", {"model": f"{MODEL}:document", "input": "a", "task": "search_document"})
    assert app.model.calls == [
        ["task: search result | query: a"],
        ["title: T | text: a"],
        ["title: none | text: a"],
    ]


def test_all_dialects_return_the_same_vectors():
    app = FakeApp()
    texts = ["one", "zwei", "三"]
    for dimensions in (768, 256):
        wanted = {"dimensions": dimensions, "task": "query"}
        native = json_of(app.ask("/embed", {"text": texts, **wanted}))
        rest = json_of(app.ask(RUN, {"text": texts, **wanted}))
        open_ai = json_of(app.ask("/v1/embeddings", openai(texts, **wanted)))
        assert native["shape"] == [3, dimensions]
        assert rest == {"result": native, "success": True, "errors": [], "messages": []}
        assert [item["embedding"] for item in open_ai["data"]] == native["data"]


def test_the_openai_answer_has_openais_format():
    response = FakeApp().ask("/v1/embeddings", openai("hello", user="u1"))
    answer = json_of(response)
    assert {key: answer[key] for key in ("object", "model")} == {"object": "list", "model": MODEL}
    assert answer["usage"]["prompt_tokens"] == answer["usage"]["total_tokens"] >= 1
    assert response.headers["x-embedding-tokens"] == f"{answer['usage']['total_tokens']};estimated"


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (RUN, {"authorization": "Bearer any"}, 200),
        (RUN, {}, 415),
        ("/embed", {"authorization": "Bearer any"}, 415),
        ("/v1/embeddings", {"authorization": "Bearer any"}, 415),
    ],
)
def test_accepts_the_media_type_of_html_forms_only_on_the_rest_route_with_a_key(path, headers, status):
    app = FakeApp()
    response = app.send("POST", path, b'{"text": "a"}', content_type=FORM, **headers)
    assert response.status == status
    assert len(app.model.calls) == (status == 200)


def test_every_answer_forbids_caching_and_type_sniffing():
    app = FakeApp()
    for response in (app.ask("/embed", {"text": "a"}), app.ask("/embed", {}), app.send("GET", "/health")):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("body", [{"x" * 10_000: 1}, {"text": "a", "task": "y" * 10_000}, {"text": {"z" * 10_000: 1}}])
def test_an_error_quotes_little_of_the_request(body):
    answer = content(FakeApp().ask("/embed", body))
    assert len(answer) < 1_000


def test_large_batches_are_split_in_order_with_six_calls_in_flight():
    app = FakeApp()
    texts = [f"text {number}" for number in range(1050)]
    answer = json_of(app.ask("/v1/embeddings", openai(texts, dimensions=128)))
    assert [len(call) for call in app.model.calls] == [100] * 10 + [50]
    assert app.model.most_in_flight == 6
    assert [item["index"] for item in answer["data"]] == list(range(1050))
    alone = json_of(app.ask("/v1/embeddings", openai(texts[777], dimensions=128)))["data"][0]["embedding"]
    assert answer["data"][777]["embedding"] == alone


def test_a_failed_call_cancels_the_others_and_fails_the_request():
    model = FakeModel()
    ok = model._reply
    model._reply = lambda texts: code(3036, 429)(texts) if "text 150" in texts else ok(texts)
    app = FakeApp(model)
    response = app.ask("/v1/embeddings", openai([f"text {number}" for number in range(2048)]))
    assert error(response) == (429, "quota_exhausted", None)
    assert len(model.calls) < 21
    assert model.in_flight == 0


def test_truncated_texts_are_listed_in_a_header():
    app = FakeApp(MAX_TEXT_TOKENS="10")
    response = app.ask("/embed", {"text": ["short", "word " * 40, "short", "word " * 40]})
    assert response.status == 200
    assert response.headers["x-embedding-truncated"] == "1,3"


def test_similarity_of_a_source_and_of_all_pairs():
    app = FakeApp()
    ranked = json_of(app.ask("/similarity", {"source": "red apple", "texts": ["red apple", "blue sea"]}))
    assert ranked["shape"] == [2]
    assert ranked["scores"][0] == pytest.approx(1, abs=1e-6)
    assert ranked["scores"][1] < 0.9
    assert app.model.calls[0][0] == "task: sentence similarity | query: red apple"
    matrix = json_of(app.ask("/similarity", {"texts": ["red apple", "blue sea"], "dimensions": 256}))
    assert matrix["shape"] == [2, 2]
    assert matrix["scores"][0][1] == matrix["scores"][1][0]


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
    response = FakeApp(FakeModel(reply)).ask("/v1/embeddings", openai("a"))
    assert error(response) == expected
    assert ("retry-after" in response.headers) == retry_after


def test_an_internal_error_is_generic_for_the_caller_and_detailed_in_the_log():
    def explode(_):
        raise RuntimeError("the inner reason")

    app = FakeApp(FakeModel(explode))
    response = app.ask("/embed", {"text": "a"})
    assert error(response) == (500, "internal_error", None)
    assert "inner reason" not in content(response)
    assert "inner reason" in json.loads(app.log[0])["detail"]


def test_lists_models_and_gets_them_by_name():
    app = FakeApp()
    names = [item["id"] for item in json_of(app.send("GET", "/v1/models"))["data"]]
    assert f"{MODEL}:search_query" in names
    for name in names:
        assert json_of(app.send("GET", "/v1/models/" + name.replace("/", "%2F").replace("@", "%40")))["id"] == name
    assert error(app.send("GET", "/v1/models/gpt-4"))[:2] == (404, "model_not_found")


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


def test_the_log_line_has_counts_and_times_but_no_text_or_key():
    app = FakeApp(API_KEYS="web:0123456789abcdef", AUTH="on")
    app.ask("/embed", {"text": "a secret text"}, authorization="Bearer 0123456789abcdef")
    [line] = app.log
    assert "secret" not in line
    assert "0123456789abcdef" not in line
    fields = json.loads(line)
    assert (fields["key"], fields["texts"], fields["status"]) == ("web", 1, 200)
    assert fields["model_ms"] > 0


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


@pytest.mark.parametrize(
    ("variables", "model", "auth"),
    [
        ({}, settings.MODEL, False),
        ({"AUTH": "on", "API_KEYS": "a:0123456789abcdef"}, settings.MODEL, True),
        ({"LOCAL_MODEL": "emulator"}, "emulator", False),
    ],
)
def test_health_names_the_model_and_says_whether_a_key_is_needed(variables, model, auth):
    answer = FakeApp(**variables).send("GET", "/health")
    assert json_of(answer) == {"model": model, "auth": auth, "status": "ok"}
