"""Ollama's API."""

from tests.core.api.bodies import ollama, sent
from tests.core.fakes import FakeApp, json_of


def test_an_ollama_answer_has_its_counts():
    _, answer, _ = sent("/api/embed", ollama(input=["a", "b"]))
    assert (answer["model"], len(answer["embeddings"]), answer["prompt_eval_count"]) == ("embeddinggemma", 2, 2)
    assert answer["load_duration"] == 0 <= answer["total_duration"]
    _, answer, _ = sent("/api/embeddings", {"model": "embeddinggemma", "prompt": "a"})
    assert (answer.keys(), len(answer["embedding"])) == ({"embedding"}, 768)


def test_ollama_describes_the_model():
    app = FakeApp()
    tags = json_of(app.send("GET", "/api/tags"))["models"]
    assert "embeddinggemma:300m" in [model["name"] for model in tags]
    for name in (model["name"] for model in tags):
        shown = json_of(app.ask("/api/show", {"model": name}))
        assert (shown["capabilities"], shown["model_info"]["gemma3.embedding_length"]) == (["embedding"], 768)
    assert json_of(app.send("GET", "/api/version"))["version"].count(".") == 2
    response, answer, _ = sent("/api/show", {"model": "llama3"})
    assert response.status == 404
    assert answer["error"].startswith("Unknown model 'llama3'")
