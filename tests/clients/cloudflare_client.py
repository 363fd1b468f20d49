"""The package cloudflare: Workers AI and Vectorize."""

import json
import time

import cloudflare
import numpy as np
import pytest

from tests.clients.conftest import LONG, TEXTS, TOO_LONG, WRONG_KEY

MODEL = "@cf/google/embeddinggemma-300m"
INDEX = "embedder"


def client_of(url, key="unused"):
    return cloudflare.Cloudflare(base_url=f"{url}/client/v4", api_token=key, max_retries=0)


@pytest.fixture
def client(url):
    return client_of(url)


def run(client, model=MODEL, **options):
    return client.ai.run(model, account_id="any", **options)


def test_run(client, same):
    same(run(client, text=TEXTS)["data"], TEXTS)
    options = {"task": "search_document", "title": "Mars", "dimensions": 256}
    same(run(client, text=TEXTS, extra_body=options)["data"], TEXTS, **options)


def test_models(client):
    assert [model["name"] for model in client.ai.models.list(account_id="any", search="gemma")] == [MODEL]
    assert list(client.ai.models.list(account_id="any", search="llama")) == []
    assert len(list(client.ai.models.list(account_id="any"))) == 1


def test_errors(client):
    with pytest.raises(cloudflare.NotFoundError) as unknown:
        run(client, "@cf/baai/bge-m3", text="a")
    assert "Unknown model @cf/baai/bge-m3" in unknown.value.body["errors"][0]["message"]
    with pytest.raises(cloudflare.BadRequestError) as long:
        run(client, text=LONG, extra_body={"truncate": "error"})
    assert TOO_LONG in long.value.body["errors"][0]["message"]


def test_a_key(protected_url, key):
    assert run(client_of(protected_url, key), text="a")["shape"] == [1, 768]
    with pytest.raises(cloudflare.AuthenticationError, match="key"):
        run(client_of(protected_url, WRONG_KEY), text="a")


def vector_of(client, text, **options):
    return run(client, text=[text], extra_body=options)["data"][0]


def until_visible(client, written):
    while client.vectorize.indexes.info(INDEX, account_id="any").processed_up_to_mutation != written.mutation_id:
        time.sleep(0.01)


@pytest.mark.parametrize("method", ["insert", "upsert"])
def test_vectorize(client, method):
    indexes, namespace = client.vectorize.indexes, f"cloudflare-{method}"
    vectors = [vector_of(client, text, task="search_document") for text in TEXTS]
    items = [
        {"id": f"{namespace}-{place}", "values": vector, "namespace": namespace, "metadata": {"year": 2000 + place}}
        for place, vector in enumerate(vectors)
    ]
    body = "\n".join(map(json.dumps, items)).encode()
    until_visible(client, getattr(indexes, method)(INDEX, account_id="any", body=body))
    asked = {"vector": vector_of(client, "the Red Planet Mars", task="search_query"), "top_k": 1}
    options = {"return_values": True, "return_metadata": "all", "extra_body": {"namespace": namespace}}
    [match] = indexes.query(INDEX, account_id="any", **asked, **options).matches
    assert (match.id, match.metadata, match.namespace) == (items[0]["id"], {"year": 2000}, namespace)
    np.testing.assert_allclose(match.values, vectors[0], rtol=0, atol=1e-7)
    [other] = indexes.query(INDEX, account_id="any", **asked, **options, filter={"year": {"$gt": 2000}}).matches
    assert (other.id, other.score < match.score) == (items[1]["id"], True)
    ids = [item["id"] for item in items]
    assert [item["id"] for item in indexes.get_by_ids(INDEX, account_id="any", ids=ids)] == ids
    until_visible(client, indexes.delete_by_ids(INDEX, account_id="any", ids=ids))
    assert indexes.get_by_ids(INDEX, account_id="any", ids=ids) == []


def test_the_index(client):
    index = client.vectorize.indexes.get(INDEX, account_id="any")
    assert (index.name, index.config.dimensions) == (INDEX, 768)
    assert [index.name for index in client.vectorize.indexes.list(account_id="any")] == [INDEX]


def test_errors_of_the_index(client):
    indexes = client.vectorize.indexes
    with pytest.raises(cloudflare.NotFoundError) as unknown:
        indexes.info("other", account_id="any")
    assert unknown.value.body["errors"] == [
        {"code": 3000, "message": "Unknown index 'other'; this service has the index 'embedder'."}
    ]
    with pytest.raises(cloudflare.BadRequestError) as short:
        indexes.query(INDEX, account_id="any", vector=[1.0])
    assert "vector has 1 items; a vector has 768 numbers" in short.value.body["errors"][0]["message"]
    assert short.value.body["errors"][0]["code"] == 40006
    with pytest.raises(cloudflare.NotFoundError) as impossible:
        indexes.metadata_index.list(INDEX, account_id="any")
    assert "wrangler vectorize" in impossible.value.body["errors"][0]["message"]
