"""The package langchain-cloudflare: CloudflareWorkersAIEmbeddings."""

import pytest
import requests
from langchain_cloudflare import CloudflareWorkersAIEmbeddings

from tests.clients.conftest import TEXTS, WRONG_KEY

MODEL = "@cf/google/embeddinggemma-300m"


def embeddings(url, key="unused", model=MODEL, **options):
    address = f"{url}/client/v4/accounts"
    return CloudflareWorkersAIEmbeddings(
        account_id="any", api_token=key, model_name=model, api_base_url=address, **options
    )


@pytest.mark.parametrize("options", [{}, {"reject_if_busy": True}], ids=str)
def test_embed(url, same, options):
    client = embeddings(url, **options)
    same(client.embed_documents(TEXTS), TEXTS)
    same([client.embed_query(TEXTS[0])], TEXTS[0])


def test_errors(url):
    with pytest.raises(requests.HTTPError) as unknown:
        embeddings(url, model="@cf/baai/bge-m3").embed_query("a")
    assert unknown.value.response.status_code == 404
    assert "Unknown model @cf/baai/bge-m3" in unknown.value.response.text
    with pytest.raises(requests.HTTPError) as empty:
        embeddings(url).embed_query("")
    assert empty.value.response.status_code == 400


def test_a_key(protected_url, key):
    assert len(embeddings(protected_url, key).embed_query("a")) == 768
    with pytest.raises(requests.HTTPError) as wrong:
        embeddings(protected_url, WRONG_KEY).embed_query("a")
    assert wrong.value.response.status_code == 401
