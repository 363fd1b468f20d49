"""The package mistralai, which needs every field that its types require."""

import numpy as np
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError

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
