"""Ollama's routes that embed texts."""

from tests.core.api.bodies import ollama, sent


def test_an_ollama_answer_has_its_counts():
    _, answer, _ = sent("/api/embed", ollama(input=["a", "b"]))
    assert (answer["model"], len(answer["embeddings"]), answer["prompt_eval_count"]) == ("embeddinggemma", 2, 2)
    assert answer["load_duration"] == 0 <= answer["total_duration"]
    _, answer, _ = sent("/api/embeddings", {"model": "embeddinggemma", "prompt": "a"})
    assert (answer.keys(), len(answer["embedding"])) == ({"embedding"}, 768)
