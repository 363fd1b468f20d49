"""LM Studio's list of models."""

from tests.core.api.bodies import openai, sent
from tests.core.fakes import FakeApp, json_of


def test_every_listed_name_is_a_model_for_embeddings_that_works():
    app = FakeApp(MODEL_ALIASES="text-embedding-nomic-embed-text-v1.5")
    listed = json_of(app.send("GET", "/api/v0/models"))
    names = [model["id"] for model in listed["data"]]
    assert (listed["object"], "text-embedding-nomic-embed-text-v1.5" in names) == ("list", True)
    assert {(model["type"], model["state"]) for model in listed["data"]} == {("embeddings", "loaded")}
    for name in names:
        assert json_of(app.send("GET", f"/api/v0/models/{name}"))["id"] == name
    assert app.send("GET", "/api/v0/models/llama3").status == 404


def test_texts_are_embedded_and_errors_are_those_of_openai():
    response, answer, calls = sent("/api/v0/embeddings", openai(["a"]))
    assert (response.status, len(answer["data"][0]["embedding"]), calls) == (200, 768, [["a"]])
    assert sent("/api/v0/chat/completions", {})[1]["error"]["code"] == "not_found"
