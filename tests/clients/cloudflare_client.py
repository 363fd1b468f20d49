"""The package cloudflare: Workers AI."""

import cloudflare
import pytest

from tests.clients.conftest import LONG, TEXTS, TOO_LONG, WRONG_KEY

MODEL = "@cf/google/embeddinggemma-300m"


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
