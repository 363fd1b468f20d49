"""TEI's routes: which bodies are for it, its answers and its errors."""

import json

import pytest

from embedder.api import routes
from tests.core.fakes import FakeApp, content, error, json_of

TEXTS = ["a llama", "an orange cloud"]
SENTENCES = {"source_sentence": "a llama", "sentences": ["a llama", "a cloud"]}


def rejection(response):
    body = json_of(response)
    assert body.keys() == {"error", "error_type"}
    return response.status, body["error_type"], body["error"]


@pytest.mark.parametrize("path", ["/embed", "/"])
@pytest.mark.parametrize(("inputs", "texts"), [(TEXTS, TEXTS), ("a llama", ["a llama"])])
def test_inputs_are_answered_with_a_list_of_vectors(path, inputs, texts):
    app = FakeApp()
    native = json_of(app.ask("/embed", {"text": texts, "dimensions": 256}))["data"]
    assert json_of(app.ask(path, {"inputs": inputs, "dimensions": 256})) == native
    assert app.model.calls == [texts, texts]


def test_a_body_is_told_by_its_field():
    app = FakeApp()
    assert json_of(app.ask("/embed", {"text": "a"})).keys() == {"shape", "data"}
    assert isinstance(json_of(app.ask("/embed", {"inputs": "a"})), list)
    assert isinstance(json_of(app.send("POST", "/embed", b'\xef\xbb\xbf{"inputs": "a"}')), list)
    assert json_of(app.ask("/similarity", {"texts": ["a", "b"]})).keys() == {"shape", "scores"}
    assert len(json_of(app.ask("/similarity", {"inputs": SENTENCES}))) == 2


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/embed", {"inputs": "a", "text": "a"}, "text"),
        ("/embed", {"text": "a", "inputs": "a"}, "text"),
        ("/embed", {"inputs": "a", "task": "query"}, "task"),
        ("/embed", {"inputs": "a", "store": {"ids": ["a"]}}, "store"),
        ("/similarity", {"inputs": SENTENCES, "source": "a", "texts": ["b"]}, "source"),
    ],
)
def test_fields_of_both_apis_together_are_rejected(path, body, param):
    app = FakeApp()
    response = app.ask(path, body)
    assert error(response) == (400, "invalid_request", param)
    assert "of two APIs" in content(response)
    assert app.model.calls == []


def test_a_body_with_neither_has_the_error_of_the_native_api():
    app = FakeApp()
    assert error(app.ask("/embed", {})) == (400, "invalid_request", None)
    assert error(app.ask("/embed", {"input": "a"}))[1] == "invalid_request"
    assert error(app.ask("/similarity", {}))[1] == "invalid_request"
    for body in (
        b"[{}]",
        b'[{"inputs": "a"}]',
        b'"inputs"',
        b'{"inputs": ',
        b"\xef\xbb\xbf{}",
        b'{"inputs": ' + b"[" * 5000,
    ):
        assert error(app.send("POST", "/embed", body))[0] == 400


@pytest.mark.parametrize("path", ["/embed", "/"])
@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        ({"inputs": []}, 422, "inputs is empty"),
        ({"inputs": ""}, 422, "inputs"),
        ({"inputs": [1, 2]}, 422, "token ids"),
        ({"inputs": [[1, 2]]}, 422, "token ids"),
        ({"inputs": "a", "truncation_direction": "Left"}, 422, "reads the beginning"),
        ({"inputs": "a", "prompt_name": "other"}, 422, "prompt_name"),
        ({"inputs": "a", "dimensions": 100}, 422, "dimensions"),
        ({"inputs": "a", "encoding_format": "base64"}, 422, "encoding_format"),
        ({"inputs": ["a"] * 2049}, 413, "the limit is 2048"),
        ({"inputs": ["a", "word " * 3000], "truncate": False}, 413, "inputs[1]: over the limit"),
    ],
)
def test_errors_have_teis_form(path, body, status, part):
    app = FakeApp()
    if path == "/embed" and "encoding_format" in body:
        pytest.skip("a field of the native API, too")
    found = rejection(app.ask(path, body))
    assert found[:2] == (status, "Validation")
    assert part in found[2]
    assert app.model.calls == []
    assert json.loads(app.log[-1])["status"] == status


def test_a_text_that_is_too_long_is_truncated_by_default_and_named():
    app = FakeApp()
    for more in ({}, {"truncate": True}, {"truncate": None, "truncation_direction": "right"}):
        response = app.ask("/embed", {"inputs": ["a", "word " * 3000], **more})
        assert (response.status, response.headers["x-embedding-truncated"]) == (200, "1")


@pytest.mark.parametrize(
    "more", [{}, {"prompt_name": "STS"}, {"parameters": {"prompt_name": "STS"}}, {"parameters": {"truncate": True}}]
)
@pytest.mark.parametrize("path", ["/similarity", "/"])
def test_a_comparison(path, more):
    app = FakeApp()
    response = app.ask(path, {"inputs": SENTENCES, **more})
    same, other = json_of(response)
    assert same == pytest.approx(1)
    assert other < 0.9
    prompt = "task: sentence similarity | query: " if "STS" in str(more) else ""
    assert app.model.calls == [[f"{prompt}{text}" for text in ("a llama", "a llama", "a cloud")]]


@pytest.mark.parametrize("path", ["/embed", "/"])
@pytest.mark.parametrize(
    "options",
    [{"prompt_name": "query"}, {"dimensions": 256}, {"prompt_name": "STS", "truncate": True, "normalize": True}],
)
def test_options_in_parameters_are_those_beside_the_texts(path, options):
    """huggingface_hub before 0.27 sends them there."""
    app, other = FakeApp(), FakeApp()
    answer = app.ask(path, {"inputs": "a", "parameters": options})
    assert json_of(answer) == json_of(other.ask(path, {"inputs": "a", **options}))
    assert app.model.calls == other.model.calls
    assert "x-embedding-ignored" not in answer.headers


def test_parameters_reject_what_the_texts_reject():
    app = FakeApp()
    for parameters in (
        {"truncate": False},
        {"truncation_direction": "Left"},
        {"dimensions": 100},
        {"prompt_name": "x"},
    ):
        assert app.ask("/embed", {"inputs": "word " * 3000, "parameters": parameters}).status in (413, 422)
    differ = app.ask("/embed", {"inputs": "a", "prompt_name": "query", "parameters": {"prompt_name": "document"}})
    assert rejection(differ)[2] == "prompt_name and parameters.prompt_name differ; send one of them."
    assert app.model.calls == []
    unnormalised = app.ask("/embed", {"inputs": "a", "parameters": {"normalize": False}})
    assert unnormalised.headers["x-embedding-ignored"] == "normalize"


def test_sentences_belong_to_similarity():
    assert "POST /similarity" in rejection(FakeApp().ask("/embed", {"inputs": SENTENCES}))[2]
    assert rejection(FakeApp().ask("/similarity", {"inputs": "a"}))[:2] == (422, "Validation")


@pytest.mark.parametrize("count", [100, 2048])
def test_a_comparison_with_many_sentences(count):
    inputs = {"source_sentence": "a", "sentences": ["a"] * count}
    assert json_of(FakeApp().ask("/similarity", {"inputs": inputs})) == pytest.approx([1] * count)


@pytest.mark.parametrize(
    "path", ["/rerank", "/predict", "/embed_all", "/embed_sparse", "/tokenize", "/decode", "/metrics", "/vertex"]
)
def test_a_route_that_is_absent_says_why(path):
    status, _, message = rejection(FakeApp().ask(path, {"inputs": "a"}))
    assert (status, path in message, len(message) > 30) == (404, True, True)


def test_info_has_the_limits():
    found = json_of(FakeApp(MAX_TEXT_TOKENS="512").send("GET", "/info"))
    assert (found["model_id"], found["max_input_length"], found["max_client_batch_size"]) == (
        "google/embeddinggemma-300m",
        512,
        2048,
    )
    assert found["model_type"] == {"embedding": {"pooling": "mean"}}


def test_a_key_is_needed():
    app = FakeApp(AUTH="on", API_KEYS="web:0123456789abcdef")
    for path in ("/", "/embed", "/similarity"):
        assert app.ask(path, {"inputs": "a"}).status == 401
    assert app.send("GET", "/info").status == 401
    assert app.ask("/", {"inputs": "a"}, authorization="Bearer 0123456789abcdef").status == 200


def test_a_route_that_shares_a_path_has_the_method_and_scope_of_the_other():
    for api in routes.APIS:
        for route in api.routes:
            if route.selected_by:
                other = routes.find(route.path).methods[route.method]
                assert (route.scope, route.public) == (other.scope, other.public)


@pytest.mark.parametrize("path", ["/embed", "/"])
def test_other_fields_are_ignored_and_named_unless_they_would_change_the_vectors(path):
    response = FakeApp().ask(path, {"inputs": "a", "user": "u", "options": {"use_cache": True}})
    assert (response.status, response.headers["x-embedding-ignored"]) == (200, "user, options")
    assert rejection(FakeApp().ask(path, {"inputs": "a", "pooling": "cls"}))[:2] == (422, "Validation")


@pytest.mark.parametrize(("normalize", "ignored"), [(False, "normalize"), (True, None), (None, None)])
def test_the_vectors_are_normalised_and_an_answer_says_what_is_ignored(normalize, ignored):
    """Haystack sends false by default; the model itself normalises."""
    app = FakeApp()
    answer = app.ask("/", {"inputs": ["a"], "normalize": normalize})
    assert json_of(answer) == json_of(app.ask("/", {"inputs": ["a"]}))
    assert answer.headers.get("x-embedding-ignored") == ignored
