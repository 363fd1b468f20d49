"""What Ollama's clients ask about models."""

import pytest

from tests.core.api.bodies import sent
from tests.core.fakes import FakeApp, json_of


def test_the_model_is_shown_under_every_name():
    app = FakeApp(MODEL_ALIASES="nomic-embed-text,mxbai:large")
    tags = [model["name"] for model in json_of(app.send("GET", "/api/tags"))["models"]]
    assert {"embeddinggemma:300m", "nomic-embed-text:latest", "mxbai:large"} <= set(tags)
    assert {"embeddinggemma-300m:latest", "embeddinggemma-300m:search_query"} <= set(
        tags
    )  # LangChain looks for its own
    for field in ("model", "name"):
        for name in tags:
            shown = json_of(app.ask("/api/show", {field: name, "verbose": True, "system": None}))
            assert (shown["capabilities"], shown["model_info"]["gemma3.embedding_length"]) == (["embedding"], 768)
            assert {"license", "modelfile", "parameters", "template", "details", "modified_at"} <= shown.keys()


def test_the_model_is_always_ready():
    [model] = json_of(FakeApp().send("GET", "/api/ps"))["models"]
    assert (model["name"], model["model"], model["context_length"]) == ("embeddinggemma:latest",) * 2 + (2048,)
    assert {"digest", "size", "size_vram", "expires_at", "details"} <= model.keys()


@pytest.mark.parametrize("body", [{}, {"model": None}, {"name": ""}])
def test_without_a_name_nothing_is_shown(body):
    response, answer, _ = sent("/api/show", body)
    assert (response.status, answer) == (400, {"error": "Send the model name as model."})


def test_the_version_has_three_numbers():
    assert json_of(FakeApp().send("GET", "/api/version"))["version"].count(".") == 2


def test_an_unknown_model_is_not_shown():
    response, answer, _ = sent("/api/show", {"model": "llama3"})
    assert (response.status, answer["error"][:22]) == (404, "Unknown model 'llama3'")


def test_a_model_that_is_there_need_not_be_downloaded():
    """mem0's client pulls a model whose name it does not find in the list."""
    for body in ({"model": "embeddinggemma-300m", "stream": True}, {"name": "embeddinggemma", "insecure": None}):
        assert sent("/api/pull", body)[:2][1] == {"status": "success"}
    assert sent("/api/pull", {"model": "llama3"})[0].status == 404
    assert sent("/api/pull", {})[0].status == 400
