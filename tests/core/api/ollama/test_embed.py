"""Ollama's routes that embed texts."""

import pytest

from embedder.api.ignored import HEADER
from tests.core.api.bodies import LONG, cohere, ollama, openai, sent
from tests.core.fakes import FakeApp, json_of


def test_an_ollama_answer_has_its_counts():
    _, answer, _ = sent("/api/embed", ollama(input=["a", "b"]))
    assert (answer["model"], len(answer["embeddings"]), answer["prompt_eval_count"]) == ("embeddinggemma", 2, 2)
    assert answer["load_duration"] == 0 <= answer["total_duration"]
    _, answer, _ = sent("/api/embeddings", {"model": "embeddinggemma", "prompt": "a"})
    assert (answer.keys(), len(answer["embedding"])) == ({"embedding"}, 768)


@pytest.mark.parametrize("fields", [{"input": ""}, {"input": []}, {"input": None}, {}])
def test_a_request_without_a_text_loads_the_model(fields):
    """As `EmbedHandler` of Ollama does; clients send it first."""
    response, answer, calls = sent("/api/embed", {"model": "embeddinggemma", **fields})
    assert (response.status, answer["model"], answer["embeddings"], calls) == (200, "embeddinggemma", [], [])


@pytest.mark.parametrize("fields", [{"prompt": ""}, {"prompt": None}, {}])
def test_the_older_request_loads_the_model_too(fields):
    response, answer, calls = sent("/api/embeddings", {"model": "embeddinggemma", **fields})
    assert (response.status, answer, calls) == (200, {"embedding": []}, [])


@pytest.mark.parametrize("path", ["/api/embed", "/api/embeddings"])
def test_only_a_known_model_is_loaded(path):
    assert sent(path, {"model": "llama3"})[0].status == 404


def test_an_empty_text_among_others_is_an_error():
    response, answer, _ = sent("/api/embed", ollama(input=["a", ""]))
    assert (response.status, answer["error"][:8]) == (400, "input[1]")


@pytest.mark.parametrize(("path", "name"), [("/api/embed", "inputs"), ("/api/embeddings", "input")])
def test_a_text_under_another_name_is_embedded(path, name):
    response, _, calls = sent(path, {"model": "embeddinggemma", name: "a"})
    assert (response.status, calls) == (200, [["a"]])


def test_the_type_of_curl_is_taken_with_a_key():
    body = b'{"model": "embeddinggemma", "input": "a"}'
    for kind in ("application/x-www-form-urlencoded", "text/plain;charset=UTF-8", ""):
        app = FakeApp()
        assert app.send("POST", "/api/embed", body, content_type=kind, authorization="Bearer any").status == 200
        response = app.send("POST", "/api/embed", body, content_type=kind)
        assert (response.status, json_of(response)["error"][-12:]) == (415, "8, or a key.")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"num_ctx": 512}, "options.num_ctx"),
        ({"num_ctx": 2048, "seed": 1}, None),
        ({"num_ctx": None}, None),
        (None, None),
    ],
)
def test_a_smaller_context_is_named_as_ignored(options, named):
    for path, body in (("/api/embed", ollama()), ("/api/embeddings", {"model": "embeddinggemma", "prompt": "a"})):
        response, _, _ = sent(path, {**body, "options": options})
        assert (response.status, response.headers.get(HEADER)) == (200, named)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/embed", ollama(input=LONG, truncate=False)),
        ("/v1/embeddings", openai(LONG, truncate="error")),
        ("/v2/embed", cohere(texts=[LONG], truncate="NONE")),
    ],
)
def test_clients_find_the_words_by_which_they_split_a_text(path, body):
    """Those of Ollama and OpenAI. Cognee, for one, retries any other error."""
    response, answer, calls = sent(path, body)
    assert (response.status, calls) == (400, [])
    assert "maximum context length" in str(answer)
