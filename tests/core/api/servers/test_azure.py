"""Azure AI's inference API."""

from embedder.settings import MODEL_TOKENS
from tests.core.fakes import FakeApp, json_of


def test_the_address_that_ends_in_models_embeds_and_describes_the_model():
    app = FakeApp()
    response = app.send("POST", "/models/embeddings", b'{"input": ["a"], "input_type": "query"}', query="api-version=1")
    assert (response.status, app.model.calls) == (200, [["task: search result | query: a"]])
    info = json_of(app.send("GET", "/models/info", query="api-version=1"))
    assert (info["model_type"], info["model_name"]) == ("embeddings", "embeddinggemma-300m")


def test_at_the_plain_address_the_version_of_the_api_tells_its_clients_from_those_of_tei():
    app = FakeApp()
    assert json_of(app.send("GET", "/info", query="api-version=1")) == json_of(app.send("GET", "/models/info"))
    assert "model_sha" in json_of(app.send("GET", "/info"))


def test_other_names_below_are_models():
    app = FakeApp()
    assert json_of(app.send("GET", "/models/embeddinggemma"))["inputTokenLimit"] == MODEL_TOKENS
    assert app.send("GET", "/models/llama3").status == 404
