"""The package langchain-cloudflare: CloudflareWorkersAIEmbeddings and CloudflareVectorize."""

import pytest
import requests
from langchain_cloudflare import CloudflareVectorize, CloudflareWorkersAIEmbeddings

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


def store(url, key="unused", index="embedder"):
    return CloudflareVectorize(
        embedding=embeddings(url, key),
        base_url=f"{url}/client/v4",
        account_id="any",
        api_token=key,
        index_name=index,
        default_wait_seconds=0.01,
    )


@pytest.mark.parametrize("upsert", [False, True])
def test_the_vector_store(url, upsert):
    vectors, namespace = store(url), f"langchain-{upsert}"
    ids = [f"{namespace}-{place}" for place in range(len(TEXTS))]
    metadatas = [{"year": 2000 + place, "text": text} for place, text in enumerate(TEXTS)]
    namespaces = [namespace] * len(TEXTS)
    found = vectors.add_texts(TEXTS, metadatas, ids=ids, namespaces=namespaces, upsert=upsert, wait=True)
    assert found == ids
    options = {"namespace": namespace, "return_metadata": "all"}
    [(first, best), (_, next_best)] = vectors.similarity_search_with_score("the Red Planet Mars", **options)
    assert (first.id, first.metadata) == (ids[0], {**metadatas[0], "_namespace": namespace})
    assert best > next_best
    [only] = vectors.similarity_search("a llama", md_filter={"year": {"$lt": 2001}}, **options)
    assert only.id == ids[0]
    [read] = vectors.get_by_ids(ids[1:])
    assert (read.id, read.metadata["text"], len(read.metadata["_values"])) == (ids[1], TEXTS[1], 768)
    assert vectors.delete(ids, wait=True) is True
    assert vectors.get_by_ids(ids) == []


def test_the_vector_store_finds_texts_of_the_native_api(url):
    text, name = "an orange cloud", "langchain-native"
    body = {"text": text, "store": {"ids": [name], "namespace": name, "wait": True}}
    assert requests.post(f"{url}/embed", json=body, timeout=60).json()["stored"]["visible"] is True
    search = store(url).similarity_search_with_score
    [(found, score)] = search(text, namespace=name, return_metadata="all")
    assert (found.id, found.metadata["text"]) == (name, text)
    assert score == pytest.approx(1, abs=0.01)  # approximate, because it asks for no values


def test_the_index(url):
    assert store(url).get_index_info()["dimensions"] == 768
    assert store(url).get_index()["name"] == "embedder"
    assert [index["name"] for index in store(url).list_indexes()] == ["embedder"]
    with pytest.raises(ValueError, match="already exists"):
        store(url).create_index(dimensions=768)
    with pytest.raises(requests.HTTPError) as other:
        store(url).create_index(dimensions=768, index_name="other")
    assert (other.value.response.status_code, other.value.response.json()["success"]) == (405, False)
    with pytest.raises(requests.HTTPError) as impossible:
        store(url).list_metadata_indexes()
    assert "wrangler vectorize" in impossible.value.response.json()["errors"][0]["message"]


def test_a_key_and_another_name_of_the_index(protected_url, key):
    assert store(protected_url, key, "documents").get_index_info()["dimensions"] == 768
    with pytest.raises(requests.HTTPError) as other:
        store(protected_url, key, "embedder").get_index_info()
    assert other.value.response.status_code == 404
    with pytest.raises(requests.HTTPError) as wrong:
        store(protected_url, WRONG_KEY, "documents").get_index_info()
    assert wrong.value.response.status_code == 401
