"""The package mistralai, which needs every field that its types require, and two frameworks: LangChain, LlamaIndex."""

import asyncio

import httpx
import numpy as np
import pytest
from langchain_mistralai import MistralAIEmbeddings
from llama_index.embeddings.mistralai import MistralAIEmbedding
from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from tokenizers import Tokenizer, models

from tests.clients.conftest import NAME, OTHER, TEXTS, UNKNOWN, WRONG_KEY


def client_of(url, key="unused"):
    return Mistral(api_key=key, server_url=url)


@pytest.fixture
def client(url):
    return client_of(url)


@pytest.mark.parametrize("dimensions", [768, 256])
def test_embeddings(client, same, dimensions):
    answer = client.embeddings.create(model=f"{NAME}:search_query", inputs=TEXTS, output_dimension=dimensions)
    same([item.embedding for item in answer.data], TEXTS, task="search_query", dimensions=dimensions)
    assert (answer.object, answer.model, bool(answer.id)) == ("list", f"{NAME}:search_query", True)
    assert answer.usage.total_tokens == answer.usage.prompt_tokens > 0


def test_other_types_and_a_label(client, native):
    floats = native(TEXTS)
    answer = client.embeddings.create(model=NAME, inputs=TEXTS, output_dtype="ubinary", metadata={"label": "x"})
    assert np.array_equal([item.embedding for item in answer.data], np.packbits(floats > 0, axis=1))


def test_the_list_of_models(client):
    names = {model.id: model for model in client.models.list().data}
    assert names[NAME].capabilities.completion_chat is False
    assert client.models.retrieve(model_id=NAME).id == NAME


def test_errors_and_a_key(client, protected_url, key):
    with pytest.raises(SDKError) as unknown:
        client.embeddings.create(model=OTHER, inputs=TEXTS)
    assert (unknown.value.status_code, UNKNOWN in unknown.value.body) == (404, True)
    assert client_of(protected_url, key).embeddings.create(model=NAME, inputs="a").data
    with pytest.raises(SDKError) as wrong:
        client_of(protected_url, WRONG_KEY).embeddings.create(model=NAME, inputs="a")
    assert wrong.value.status_code == 401


DOCUMENTS = [f"document {number}" for number in range(300)]
DOCUMENT = f"{NAME}:search_document"


def langchain(url, key="unused"):
    tokenizer = Tokenizer(models.BPE())  # otherwise it asks the Hub for one
    return MistralAIEmbeddings(model=DOCUMENT, endpoint=f"{url}/v1/", api_key=key, tokenizer=tokenizer, max_retries=1)


def llama_index(url, key="unused"):
    embedding = MistralAIEmbedding(model_name=DOCUMENT, api_key=key)
    embedding._client = client_of(url, key)  # it has no setting for the address
    return embedding


def test_langchain(url, same):
    embeddings = langchain(url)
    same([embeddings.embed_query(TEXTS[0])], TEXTS[0], task="search_document")
    same(asyncio.run(embeddings.aembed_documents(TEXTS)), TEXTS, task="search_document")
    vectors = embeddings.embed_documents(DOCUMENTS)
    assert len(vectors) == 300
    same(vectors[200:], DOCUMENTS[200:], task="search_document")


def test_llama_index(url, same):
    embedding = llama_index(url)
    same([embedding.get_query_embedding(TEXTS[0])], TEXTS[0], task="search_document")
    same([asyncio.run(embedding.aget_query_embedding(TEXTS[0]))], TEXTS[0], task="search_document")
    vectors = embedding.get_text_embedding_batch(DOCUMENTS)
    assert len(vectors) == 300
    same(vectors[200:], DOCUMENTS[200:], task="search_document")


def test_the_frameworks_and_a_key(protected_url, key):
    assert len(langchain(protected_url, key).embed_query("a")) == 768
    assert len(llama_index(protected_url, key).get_text_embedding("a")) == 768
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        langchain(protected_url, WRONG_KEY).embed_query("a")
    with pytest.raises(SDKError, match="401"):
        llama_index(protected_url, WRONG_KEY).get_text_embedding("a")
