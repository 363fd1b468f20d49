"""Fields that an API does not have: ignored with a header, or rejected because they would change the answer."""

import pytest

from embedder.api import routes
from embedder.api.ignored import HEADER, MAX_FIELDS, MAX_HEADER_BYTES, MAX_NAMES
from tests import strategies
from tests.core.api.bodies import (
    AZURE,
    GOOGLE,
    GOOGLE_BATCH,
    NAME,
    RUN,
    cohere,
    google,
    ollama,
    openai,
    sent,
)
from tests.core.fake_index import FakeIndex, app_with
from tests.core.fakes import FakeApp, error, json_of
from tests.strategies import INDEX

OTHERS = [
    ("/v1/embeddings", openai("a")),
    ("/openai/v1/embeddings", openai("a")),
    ("/client/v4/accounts/abc/ai/v1/embeddings", openai("a")),
    (AZURE, {"input": "a"}),
    ("/v1/embed", cohere()),
    ("/v2/embed", cohere()),
    ("/api/embed", ollama()),
    ("/api/embeddings", {"model": "embeddinggemma", "prompt": "a"}),
    (GOOGLE, google()),
    (GOOGLE_BATCH, {"requests": [google()]}),
    (RUN, {"text": "a"}),
]


@pytest.mark.parametrize(("path", "body"), OTHERS)
def test_the_apis_of_others_ignore_unknown_fields_and_name_them(path, body):
    plain = sent(path, body)
    response, _, calls = sent(path, {**body, "late_chunking": True, "drop_params": [1], "nothing": None})
    assert (response.status, response.headers[HEADER]) == (200, "late_chunking, drop_params")
    assert (calls, response.numbers) == (plain[2], plain[0].numbers)
    assert HEADER not in plain[0].headers


@pytest.mark.parametrize(("path", "body"), OTHERS)
@pytest.mark.parametrize(
    "field",
    [
        {"instruction": "find"},
        {"promptType": "x"},
        {"pooling": "cls"},
        {"normalize": False},
        {"output_size": 300},
        {"dtype": "int4"},
        {"images": ["data:"]},
        {"truncation_side": "left"},
        {"max_length": 100},
        {"lora_id": "x"},
        {"sparse": True},
        {"namespace": "n"},
        {"use_activation": False},
        {"long_text_mode": "mean"},
        {"truncate_input_tokens": 100},
        {"overflow_strategy": "drop_start"},
        {"custom_instruction": "find"},
        {"return_logits": [0]},
    ],
)
def test_what_would_change_the_answer_is_not_ignored(path, body, field):
    response, answer, calls = sent(path, {**body, **field})
    assert (response.status, calls) == (400, [])
    assert f"{next(iter(field))} would change the answer" in str(answer)


@pytest.mark.parametrize(("path", "body"), OTHERS)
@pytest.mark.parametrize(
    "field",
    [
        {"pooling": "MEAN"},
        {"normalize": True},
        {"embd_normalize": 2},
        {"output_size": 768},
        {"dtype": "float32"},
        {"images": []},
        {"truncation_side": "right"},
        {"max_length": 2048},
        {"truncate_prompt_tokens": -1},
        {"overflow_strategy": "drop_end"},
        {"long_text_mode": "truncate"},
        {"sparse": False},
        {"instruction": ""},
    ],
)
def test_a_choice_of_what_happens_anyway_is_ignored(path, body, field):
    response, _, _ = sent(path, {**body, **field})
    assert (response.status, response.headers[HEADER]) == (200, next(iter(field)))


@pytest.mark.parametrize(("path", "body"), OTHERS)
@pytest.mark.parametrize(
    ("field", "named"),
    [
        ({"extra_body": {"x": 1, "pooling": "cls"}}, "extra_body.pooling"),
        ({"config": {"a": {"b": {"instruction": "find"}}}}, "config.a.b.instruction"),
        ({"model_kwargs": {"Output-Size": 300}}, "model_kwargs.Output-Size"),
    ],
)
def test_a_choice_inside_of_an_unknown_object_is_not_ignored(path, body, field, named):
    response, answer, calls = sent(path, {**body, **field})
    assert (response.status, calls) == (400, [])
    assert f"{named} would change the answer" in str(answer)


@pytest.mark.parametrize(
    "field",
    [
        {"labels": {"title": "a", "prompt": "b"}},
        {"provider": {"max_price": {"prompt": 1, "image": 0}}},
        {"extra_body": {"x": {"pooling": "mean", "prompt": None}}},
    ],
)
def test_labels_and_choices_of_what_happens_anyway_inside_of_an_object_are_ignored(field):
    response, _, _ = sent("/v1/embeddings", openai("a", **field))
    assert (response.status, response.headers[HEADER]) == (200, next(iter(field)))


def test_long_names_inside_of_an_object_are_cut():
    members = {f"{'n' * 100_000}{number}": {} for number in range(10)}
    response, _, _ = sent("/v1/embeddings", openai("a", x={"y" * 100_000: members}))
    assert (response.status, response.headers[HEADER]) == (200, "x")
    response, answer, _ = sent("/v1/embeddings", openai("a", x={"y" * 100_000: {"pooling": "cls"}}))
    assert (response.status, len(answer["error"]["param"]) < 200) == (400, True)


@pytest.mark.parametrize(
    ("names", "header"),
    [
        (["a\r\nx-evil: 1"], "a%0D%0Ax-evil%3A%201"),
        (["é", "🤗"], "%C3%A9, %F0%9F%A4%97"),
        (["a,b", "\u0000", ""], "a%2Cb, %00, "),
        (["x" * 100], "x" * 64),
        ([f"n{number}" for number in range(30)], ", ".join(f"n{number}" for number in range(MAX_NAMES))),
    ],
)
def test_hostile_names_are_escaped_and_cut(names, header):
    response, _, _ = sent("/v1/embeddings", openai("a", **dict.fromkeys(names, 1)))
    assert response.headers[HEADER] == header


def test_the_header_is_bounded_in_bytes():
    response, _, _ = sent("/v1/embeddings", openai("a", **{f"🤗{'é' * 60}{number}": 1 for number in range(30)}))
    header = response.headers[HEADER]
    assert 300 < len(header) <= MAX_HEADER_BYTES
    assert header.isascii()


def test_nested_names_have_a_path_without_indexes():
    body = {"requests": [{"content": {"parts": [{"text": "a", "x": 1}]}, "y": 1}, google(y=2)]}
    response, _, _ = sent(GOOGLE_BATCH, body)
    assert response.headers[HEADER] == "requests[].content.parts[].x, requests[].y"


def test_the_error_of_a_nested_field_has_its_index():
    part = {"text": "a", "inlineData": {"data": "x"}}
    response, answer, _ = sent(GOOGLE_BATCH, {"requests": [google(), {"content": {"parts": [part]}}]})
    assert response.status == 400
    assert answer["error"]["message"].startswith("requests[1].content.parts[0].inlineData would change")


def test_the_native_api_rejects_unknown_fields():
    for path, body in (("/embed", {"text": "a"}), ("/similarity", {"texts": ["a"]})):
        assert error(FakeApp().ask(path, {**body, "late_chunking": True}))[:2] == (400, "invalid_request")


NATIVE = [route for api in routes.APIS if not api.lenient for route in api.routes if not route.public]


@pytest.mark.parametrize("route", NATIVE, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("query", ["wait=true", "wait", "a=1&wait=true", "%77ait=1"])
def test_the_native_api_rejects_unknown_query_parameters(route, query):
    app = app_with(FakeIndex())
    response = app.send(route.method, route.path, b"{}", query=query)
    assert error(response)[:2] == (400, "invalid_request")
    assert json_of(response)["error"]["message"].startswith("Unknown query parameter")


def test_known_and_empty_query_parameters_are_taken():
    app = app_with(FakeIndex())
    for query in ("ids=a", "ids=a&ids=b", "ids=a&wait=", "ids=a&", ""):
        assert (app.send("GET", "/vectors", query=query).status == 200) is bool(query)


@pytest.mark.parametrize(("path", "body"), OTHERS)
def test_the_apis_of_others_ignore_query_parameters(path, body):
    app = FakeApp()
    response = app.send("POST", path, strategies.json.dumps(body).encode(), query="api-version=2024-10-21&alt=json&x")
    assert response.status == 200


def test_vectorize_takes_other_spellings_and_never_ignores_a_choice():
    app = app_with(FakeIndex())
    body = {"vector": strategies.VECTOR}
    assert app.ask(f"{INDEX}/query", {**body, "top_k": 3, "return_metadata": "all"}).status == 200
    response = app.ask(f"{INDEX}/query", {**body, "minScore": 0.5})
    assert (response.status, "minScore would change" in json_of(response)["errors"][0]["message"]) == (400, True)
    assert app.ask(f"{INDEX}/delete_by_ids", {"ids": ["a"], "namespace": "n"}).status == 400


def test_the_header_can_be_read_by_pages_of_an_allowed_origin():
    app = FakeApp(CORS_ORIGINS="https://a.example")
    answer = app.ask("/v1/embeddings", {"model": NAME, "input": "a", "x": 1}, origin="https://a.example")
    assert HEADER in answer.headers["access-control-expose-headers"]


def test_there_is_a_limit_of_unknown_fields():
    body = openai("a", **{f"n{number}": 1 for number in range(MAX_FIELDS + 1)})
    response, answer, calls = sent("/v1/embeddings", body)
    assert (response.status, answer["error"]["code"], calls) == (400, "invalid_request", [])
    for name in ("n0", "n1", "n2"):
        body.pop(name)
    assert sent("/v1/embeddings", body)[0].status == 200
    some = {f"n{number}": 1 for number in range(10)}
    response, answer, _ = sent(GOOGLE_BATCH, {"requests": [{**google(), **some}] * 1_001})
    assert (response.status, "unknown fields" in answer["error"]["message"]) == (400, True)
