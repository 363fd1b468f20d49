"""The package voyageai, which asks for base64 and decodes it with NumPy."""

import numpy as np
import pytest
import voyageai

from tests.clients.conftest import LONG, NAME, OTHER, TEXTS, TOO_LONG, UNKNOWN, WRONG_KEY

TASKS = {None: None, "query": "search_query", "document": "search_document"}


def client_of(url, key="unused"):
    return voyageai.Client(api_key=key, base_url=f"{url}/v1")


@pytest.fixture
def client(url):
    return client_of(url)


@pytest.mark.parametrize("input_type", TASKS)
@pytest.mark.parametrize("dimensions", [768, 256])
def test_every_input_type(client, same, input_type, dimensions):
    answer = client.embed(TEXTS, model=NAME, input_type=input_type, output_dimension=dimensions)
    task = {"task": TASKS[input_type]} if input_type else {}
    same(answer.embeddings, TEXTS, dimensions=dimensions, **task)
    assert answer.total_tokens > 0


def test_a_task_in_the_model_name(client, same):
    same(client.embed(TEXTS, model=f"{NAME}:clustering").embeddings, TEXTS, task="clustering")


@pytest.mark.parametrize("dimensions", [768, 128])
def test_every_output_type(client, native, dimensions):
    floats = native(TEXTS, task="search_document", dimensions=dimensions).astype(np.float32)
    int8 = np.rint(floats / np.abs(floats).max(axis=1, keepdims=True) * 127).astype(int)
    ubinary = np.packbits(floats > 0, axis=1).astype(int)
    expected = {"int8": int8, "uint8": int8 + 128, "ubinary": ubinary, "binary": ubinary - 128}
    for kind, numbers in expected.items():
        answer = client.embed(TEXTS, model=NAME, input_type="document", output_dtype=kind, output_dimension=dimensions)
        assert np.array_equal(answer.embeddings, numbers), kind


def test_errors(client):
    with pytest.raises(voyageai.error.APIError, match=UNKNOWN) as unknown:
        client.embed(TEXTS, model=OTHER)
    assert unknown.value.http_status == 404
    with pytest.raises(voyageai.error.InvalidRequestError, match=TOO_LONG):
        client.embed([LONG], model=NAME, truncation=False)
    assert client.embed([LONG], model=NAME).embeddings


def test_a_key(protected_url, key):
    assert client_of(protected_url, key).embed(["a"], model=NAME).embeddings
    with pytest.raises(voyageai.error.AuthenticationError, match="key"):
        client_of(protected_url, WRONG_KEY).embed(["a"], model=NAME)
