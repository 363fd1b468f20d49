"""OpenRouter's address and errors."""

import json

from embedder.api.servers.openrouter import error_text
from embedder.errors import invalid
from tests.core.api.bodies import openai, sent
from tests.core.fakes import FakeApp, json_of


def test_the_code_of_an_error_is_the_status():
    found = json.loads(error_text(invalid("Send a text.", "input")))["error"]
    assert found == {
        "code": 400,
        "message": "Send a text.",
        "metadata": {"code": "invalid_request", "param": "input"},
    }
    for path, status in (("/api/v1/embeddings", 400), ("/api/v1/chat/completions", 404)):
        response, answer, _ = sent(path, {})
        assert (response.status, answer["error"]["code"]) == (status, status)


def test_texts_are_embedded_and_models_listed():
    provider = {"order": ["a"], "max_price": {"prompt": 1}}
    response, answer, calls = sent("/api/v1/embeddings", openai("a", input_type="search_query", provider=provider))
    assert (response.status, answer["object"], calls) == (200, "list", [["task: search result | query: a"]])
    assert json_of(FakeApp().send("GET", "/api/v1/models"))["data"][0]["object"] == "model"
