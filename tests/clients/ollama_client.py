"""The package ollama."""

import ollama
import pytest

from tests.clients.conftest import LONG, OTHER, TEXTS, TOO_LONG, UNKNOWN, WRONG_KEY

MODEL = "embeddinggemma"


@pytest.fixture
def client(url):
    return ollama.Client(host=url)


def with_key(url, key):
    return ollama.Client(host=url, headers={"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize("name", [MODEL, f"{MODEL}:latest", f"{MODEL}:300m"])
def test_embed(client, same, name):
    answer = client.embed(model=name, input=TEXTS, keep_alive="5m", options={"num_ctx": 2048})
    same(answer.embeddings, TEXTS)
    assert answer.model == name
    assert answer.prompt_eval_count > 0


@pytest.mark.parametrize("task", ["search_query", "search_document", "clustering", "code_retrieval"])
def test_a_task_in_the_model_name(client, same, task):
    same(
        client.embed(model=f"{MODEL}:{task}", input=TEXTS, dimensions=256).embeddings, TEXTS, task=task, dimensions=256
    )
    same([client.embeddings(model=f"{MODEL}:300m:{task}", prompt=TEXTS[0]).embedding], TEXTS[0], task=task)


def test_models(client):
    names = [model.model for model in client.list().models]
    assert {f"{MODEL}:latest", f"{MODEL}:search_query"} <= set(names)
    shown = client.show(MODEL)
    assert shown.capabilities == ["embedding"]
    assert shown.modelinfo["gemma3.embedding_length"] == 768


def test_errors(client):
    for call in (lambda: client.embed(model=OTHER, input="a"), lambda: client.show(OTHER)):
        with pytest.raises(ollama.ResponseError, match=UNKNOWN) as unknown:
            call()
        assert unknown.value.status_code == 404
    client.embed(model=MODEL, input=LONG)
    with pytest.raises(ollama.ResponseError, match=TOO_LONG) as long:
        client.embed(model=MODEL, input=LONG, truncate=False)
    assert long.value.status_code == 400


def test_a_key(protected_url, key):
    assert len(with_key(protected_url, key).embed(model=MODEL, input="a").embeddings) == 1
    with pytest.raises(ollama.ResponseError, match="key") as wrong:
        with_key(protected_url, WRONG_KEY).embed(model=MODEL, input="a")
    assert wrong.value.status_code == 401


def test_async(url, same):
    import asyncio

    answer = asyncio.run(ollama.AsyncClient(host=url).embed(model=MODEL, input=TEXTS))
    same(answer.embeddings, TEXTS)


def test_2048_texts_and_the_model_that_is_ready(client):
    assert len(client.embed(model=MODEL, input=["a"] * 2048, dimensions=128).embeddings) == 2048
    assert client.ps().models[0].context_length == 2048
