"""OpenAI's embeddings endpoint, also as Voyage and Azure extend it."""

import json

import pytest

from tests.core.api.bodies import NAME, openai, voyage
from tests.core.fakes import FakeApp, content, error, json_of


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/v1/embeddings", {"model": NAME}, (400, "invalid_request", None)),
        ("/v1/embeddings", {"input": "a", "model": "text-embedding-3-small"}, (404, "model_not_found", "model")),
        ("/v1/embeddings", {"input": "a", "model": f"{NAME}:doc"}, (404, "model_not_found", "model")),
        (
            "/v1/embeddings",
            {"input": "a", "model": f"{NAME}:document", "task": "clustering"},
            (400, "invalid_request", "task"),
        ),
        ("/v1/embeddings", openai([1, 2, 3]), (400, "invalid_request", "input")),
        ("/v1/embeddings", openai([[1, 2], [3]]), (400, "invalid_request", "input")),
        ("/v1/embeddings", openai(["a", ""]), (400, "invalid_request", "input[1]")),
        ("/v1/embeddings", openai(["a"] * 2049), (413, "batch_too_large", "input")),
        ("/v1/embeddings", openai([{"text": "a"}] * 2049), (413, "batch_too_large", "input")),
    ],
)
def test_rejects_invalid_fields_before_calling_the_model(path, body, expected):
    app = FakeApp()
    assert error(app.ask(path, body)) == expected
    assert app.model.calls == []


@pytest.mark.parametrize("fields", [{}, {"model": None}, {"model": ""}])
def test_without_a_name_the_one_model_answers(fields):
    """Azure's clients and those of TEI send none."""
    for path in ("/v1/embeddings", "/embeddings", "/client/v4/accounts/abc/ai/v1/embeddings"):
        response = FakeApp().ask(path, {"input": "a", **fields})
        assert (response.status, json_of(response)["model"]) == (200, NAME)
    assert FakeApp().ask("/v2/embed", {"texts": ["a"], **dict.fromkeys(fields)}).status == 200


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"type": "text", "text": "a"}, ["a"]),
        ([{"text": "a"}, {"type": "input_text", "text": "b"}, "c"], ["a", "b", "c"]),
        ([{"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}], ["a\nb"]),
    ],
)
def test_texts_may_be_objects(given, texts):
    app = FakeApp()
    assert (app.ask("/v1/embeddings", openai(given)).status, app.model.calls) == (200, [texts])


@pytest.mark.parametrize(
    "given",
    [
        {"image": "data:"},
        [{"text": "a", "image": "data:"}],
        [{"type": "image_url", "text": "a"}],
        [{"content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}]}],
        [{"content": []}],
        [{"content": [{"text": "a"}] * 101}],
        {},
    ],
)
def test_objects_that_are_not_text_alone_are_rejected_with_the_reason(given):
    response = FakeApp().ask("/v1/embeddings", openai(given))
    assert error(response)[:2] == (400, "invalid_request")
    assert "the model reads no images" in json_of(response)["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/rerank", "/v1/multimodalembeddings", "/v1/contextualizedembeddings"])
def test_other_routes_of_voyage_are_not_found_in_its_format(path):
    """Its client reads `detail`, and fails without."""
    response = FakeApp().ask(path, {})
    assert (response.status, json_of(response)["detail"][:12]) == (404, "Unknown path")


def test_the_path_of_an_engine_names_the_model():
    app = FakeApp()
    assert app.ask(f"/v1/engines/{NAME}:search_query/embeddings", {"input": "a"}).status == 200
    assert app.model.calls == [["task: search result | query: a"]]


def test_token_ids_are_rejected_with_a_hint_for_the_client():
    assert (
        "check_embedding_ctx_length=False"
        in json_of(FakeApp().ask("/v1/embeddings", openai([[1, 2]])))["error"]["message"]
    )


@pytest.mark.parametrize("texts", [[["a"]], ["a", 1], [["a", 1]], ["a", {"text": 1}], [{"a": 1}]])
def test_what_is_no_token_id_is_not_called_one(texts):
    message = json_of(FakeApp().ask("/v1/embeddings", openai(texts)))["error"]["message"]
    assert message.startswith("input[")
    assert "token" not in message


def test_the_openai_answer_has_openais_format():
    response = FakeApp().ask("/v1/embeddings", openai("hello", user="u1"))
    answer = json_of(response)
    assert answer["id"] == response.headers["x-request-id"]
    assert {key: answer[key] for key in ("object", "model")} == {"object": "list", "model": NAME}
    assert answer["usage"]["prompt_tokens"] == answer["usage"]["total_tokens"] >= 1
    assert answer["usage"]["completion_tokens"] == 0  # Mistral's clients before 1.10 require it
    assert (answer["encoding_format"], answer["normalized"]) == ("float", True)  # and mixedbread-ai these
    assert response.headers["x-embedding-tokens"] == f"{answer['usage']['total_tokens']};estimated"


@pytest.mark.parametrize(
    ("fields", "encoding"),
    [
        ({}, "float"),
        ({"output_dtype": "float", "encoding_format": "base64"}, "base64"),
        ({"output_dtype": "int8"}, "int8"),
        ({"output_dtype": "int8", "encoding_format": "base64"}, "base64:int8"),
        ({"output_dtype": "ubinary", "encoding_format": "ubinary"}, "ubinary"),
        ({"encoding_format": "uint8"}, "uint8"),
    ],
)
def test_voyages_output_type_and_encoding_are_combined(fields, encoding):
    app = FakeApp()
    assert app.ask("/v1/embeddings", voyage(**fields)).numbers.encoding == encoding


def test_an_error_of_the_embeddings_route_has_the_field_that_voyages_client_reads():
    app = FakeApp()
    body = json_of(app.ask("/v1/embeddings", voyage(model="voyage-4")))
    assert body["detail"] == body["message"] == body["error"]["message"]
    assert "detail" not in json_of(app.ask("/embed", {}))


def test_a_query_string_can_not_replace_the_model():
    response = FakeApp().send("POST", "/v1/embeddings", json.dumps(voyage()).encode(), query="deployment=gpt")
    assert (response.status, json_of(response)["model"]) == (200, NAME)


@pytest.mark.parametrize("path", ["/embeddings", "/v1beta/openai/embeddings", "/openai/v1/embeddings"])
def test_every_address_answers_like_the_first(path):
    app = FakeApp()
    body = {"model": "embeddinggemma-300m:search_query", "input": ["a", "b"], "drop_params": True}
    first, other = app.ask("/v1/embeddings", body), app.ask(path, body)
    assert content(other) == content(first)
    assert other.headers["x-embedding-ignored"] == "drop_params"
    assert error(app.ask(path, {**body, "model": "other"}))[1] == "model_not_found"
    models = path.replace("embeddings", "models")
    assert content(app.send("GET", models)) == content(app.send("GET", "/v1/models"))
