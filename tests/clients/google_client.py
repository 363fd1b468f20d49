"""The package google-genai."""

import pytest
from google import genai
from google.genai import errors, types

from tests.clients.conftest import NAME, OTHER, TEXTS, UNKNOWN, WRONG_KEY

TASKS = {
    "RETRIEVAL_QUERY": "search_query",
    "RETRIEVAL_DOCUMENT": "search_document",
    "SEMANTIC_SIMILARITY": "semantic_similarity",
    "CLASSIFICATION": "classification",
    "CLUSTERING": "clustering",
    "QUESTION_ANSWERING": "question_answering",
    "FACT_VERIFICATION": "fact_verification",
    "CODE_RETRIEVAL_QUERY": "code_retrieval",
}


def client_of(url, key="unused", **options):
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url, **options))


@pytest.fixture(params=[{}, {"api_version": "v1beta"}], ids=["default version", "v1beta"])
def client(url, request):
    return client_of(url, **request.param)


def embed(client, contents, model=NAME, **config):
    answer = client.models.embed_content(model=model, contents=contents, config=types.EmbedContentConfig(**config))
    return [item.values for item in answer.embeddings]


@pytest.mark.parametrize("task_type", TASKS)
def test_every_task_type(client, same, task_type):
    same(embed(client, TEXTS, task_type=task_type), TEXTS, task=TASKS[task_type])


def test_a_title_and_the_dimensions(client, same):
    found = embed(client, TEXTS, task_type="RETRIEVAL_DOCUMENT", title="Mars", output_dimensionality=256)
    same(found, TEXTS, task="search_document", title="Mars", dimensions=256)


def test_one_text_without_options(client, same):
    same(embed(client, TEXTS[0]), TEXTS[0])
    same(embed(client, TEXTS[0], model=f"{NAME}:clustering"), TEXTS[0], task="clustering")


def test_models(client):
    names = [model.name for model in client.models.list()]
    assert f"models/{NAME}" in names
    model = client.models.get(model=NAME)
    assert (model.name, model.input_token_limit) == (f"models/{NAME}", 2048)


def test_errors(client):
    with pytest.raises(errors.ClientError) as unknown:
        embed(client, TEXTS, model=OTHER)
    assert (unknown.value.code, unknown.value.status) == (404, "NOT_FOUND")
    assert unknown.value.message.startswith(UNKNOWN)
    with pytest.raises(errors.ClientError) as many:
        embed(client, ["a"] * 2049)
    assert many.value.code == 413
    assert "the limit is 2048" in many.value.message
    with pytest.raises(errors.ClientError) as empty:
        embed(client, ["a", ""])
    assert (empty.value.code, empty.value.status) == (400, "INVALID_ARGUMENT")


def test_a_key(protected_url, key):
    assert embed(client_of(protected_url, key), "a")
    with pytest.raises(errors.ClientError, match="key") as wrong:
        embed(client_of(protected_url, WRONG_KEY), "a")
    assert (wrong.value.code, wrong.value.status) == (401, "UNAUTHENTICATED")


def test_2048_contents_in_one_call(client):
    answer = client.models.embed_content(model=NAME, contents=["a"] * 2048, config={"output_dimensionality": 128})
    assert (len(answer.embeddings), answer.usage_metadata.prompt_token_count > 0) == (2048, True)
