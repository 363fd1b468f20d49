"""Clients of text-embeddings-inference: huggingface_hub, llama-index and Chroma."""

import asyncio

import pytest
from chromadb.utils.embedding_functions import HuggingFaceEmbeddingServer
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError
from llama_index.embeddings.text_embeddings_inference import TextEmbeddingsInference

from tests.clients.conftest import LONG, TEXTS, TOO_LONG, WRONG_KEY


@pytest.mark.parametrize("path", ["", "/", "/embed"])
def test_huggingface_hub_embeds(url, same, path):
    client = InferenceClient(model=url + path)
    same(client.feature_extraction(TEXTS), TEXTS)
    same(client.feature_extraction(TEXTS[0], normalize=True, truncate=True, truncation_direction="right"), TEXTS[0])
    same(client.feature_extraction(TEXTS, prompt_name="Retrieval-query"), TEXTS, task="search_query")
    same(client.feature_extraction(TEXTS, dimensions=256), TEXTS, dimensions=256)
    same(client.feature_extraction(TEXTS[0], truncate=True, normalize=False), TEXTS[0])  # what Haystack sends


@pytest.mark.parametrize("path", ["", "/similarity"])
def test_huggingface_hub_compares(url, path):
    scores = InferenceClient(model=url + path).sentence_similarity(TEXTS[0], other_sentences=TEXTS)
    assert scores[0] == pytest.approx(1, abs=1e-6)
    assert len(scores) == 2


def test_huggingface_hub_reads_errors(url, protected_url, key):
    client = InferenceClient(model=url)
    with pytest.raises(HfHubHTTPError, match=TOO_LONG) as caught:
        client.feature_extraction(LONG, truncate=False)
    assert caught.value.response.status_code == 413
    with pytest.raises(HfHubHTTPError, match="reads the beginning"):
        client.feature_extraction("a", truncation_direction="left")
    assert InferenceClient(model=protected_url, token=key).feature_extraction("a").shape == (1, 768)
    with pytest.raises(HfHubHTTPError, match="401"):
        InferenceClient(model=protected_url, token=WRONG_KEY).feature_extraction("a")


def test_llama_index(url, same):
    client = TextEmbeddingsInference(model_name="google/embeddinggemma-300m", base_url=url, auth_token="unused")
    same(client.get_text_embedding_batch(TEXTS), TEXTS)
    same([client.get_query_embedding(TEXTS[0])], TEXTS[0])
    same(asyncio.run(client.aget_text_embedding_batch(TEXTS)), TEXTS)


def test_chroma(url, protected_url, key, same):
    same(HuggingFaceEmbeddingServer(url=f"{url}/embed")(TEXTS), TEXTS)
    same(HuggingFaceEmbeddingServer(url=url)(TEXTS), TEXTS)
    assert len(HuggingFaceEmbeddingServer(url=f"{protected_url}/embed", api_key=key)(TEXTS)) == 2
