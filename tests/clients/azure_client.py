"""The package openai: AzureOpenAI."""

import openai
import pytest

from tests.clients.conftest import LONG, NAME, OTHER, TEXTS, TOO_LONG, UNKNOWN, WRONG_KEY


def client_of(url, key="unused"):
    return openai.AzureOpenAI(azure_endpoint=url, api_key=key, api_version="2024-10-21", max_retries=0)


@pytest.fixture
def client(url):
    return client_of(url)


@pytest.mark.parametrize("task", [None, "search_query", "search_document", "fact_verification"])
def test_embed(client, same, task):
    name = f"{NAME}:{task}" if task else NAME
    answer = client.embeddings.create(model=name, input=TEXTS, dimensions=256)
    same([item.embedding for item in answer.data], TEXTS, dimensions=256, **({"task": task} if task else {}))
    assert answer.usage.total_tokens > 0


def test_a_deployment_of_the_client(url, same):
    client = openai.AzureOpenAI(
        azure_endpoint=url, azure_deployment=NAME, api_key="unused", api_version="2024-10-21", max_retries=0
    )
    answer = client.embeddings.create(model="ignored", input=TEXTS, encoding_format="float")
    same([item.embedding for item in answer.data], TEXTS)


def test_errors(client):
    with pytest.raises(openai.NotFoundError, match=UNKNOWN) as unknown:
        client.embeddings.create(model=OTHER, input="a")
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match=TOO_LONG) as long:
        client.embeddings.create(model=NAME, input=LONG, extra_body={"truncate": "error"})
    assert long.value.code == "text_too_long"


def test_a_key(protected_url, key):
    assert client_of(protected_url, key).embeddings.create(model=NAME, input="a").data
    with pytest.raises(openai.AuthenticationError, match="key"):
        client_of(protected_url, WRONG_KEY).embeddings.create(model=NAME, input="a")
