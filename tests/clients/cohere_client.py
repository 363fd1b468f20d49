"""The package cohere: version 2 and 1 of the API, and its output types."""

import cohere
import numpy as np
import pytest

from tests.clients.conftest import LONG, NAME, OTHER, TEXTS, TOO_LONG, UNKNOWN, WRONG_KEY

TASKS = ["search_query", "search_document", "classification", "clustering"]


@pytest.fixture
def client(url):
    return cohere.ClientV2(api_key="unused", base_url=url)


@pytest.fixture
def first_version(url):
    return cohere.Client(api_key="unused", base_url=url)


@pytest.mark.parametrize("task", TASKS)
def test_every_input_type(client, first_version, same, task):
    answer = client.embed(model=NAME, texts=TEXTS, input_type=task, embedding_types=["float"], output_dimension=256)
    same(answer.embeddings.float_, TEXTS, task=task, dimensions=256)
    assert answer.texts == TEXTS
    assert answer.meta.billed_units.input_tokens > 0
    answer = first_version.embed(model=NAME, texts=TEXTS, input_type=task)
    same(answer.embeddings, TEXTS, task=task)


def test_the_task_may_be_part_of_the_model_name(client, same):
    answer = client.embed(model=f"{NAME}:code_retrieval", texts=TEXTS, input_type=None)
    same(answer.embeddings.float_, TEXTS, task="code_retrieval")


@pytest.mark.parametrize("dimensions", [768, 128])
def test_several_output_types(client, native, dimensions):
    kinds = ["float", "int8", "uint8", "binary", "ubinary", "base64"]
    answer = client.embed(
        model=NAME,
        texts=TEXTS,
        input_type="search_document",
        embedding_types=kinds,
        output_dimension=dimensions,
    ).embeddings
    floats = native(TEXTS, task="search_document", dimensions=dimensions).astype(np.float32)
    int8 = np.rint(floats / np.abs(floats).max(axis=1, keepdims=True) * 127).astype(int)
    ubinary = np.packbits(floats > 0, axis=1).astype(int)
    np.testing.assert_allclose(answer.float_, floats, rtol=0, atol=1e-6)
    assert np.array_equal(answer.int8, int8)
    assert np.array_equal(answer.uint8, int8 + 128)
    assert np.array_equal(answer.ubinary, ubinary)
    assert np.array_equal(answer.binary, ubinary - 128)
    assert len(answer.base64) == len(TEXTS)


def test_output_types_of_the_first_version(first_version, native):
    answer = first_version.embed(model=NAME, texts=TEXTS, input_type="clustering", embedding_types=["float", "ubinary"])
    assert answer.response_type == "embeddings_by_type"
    floats = native(TEXTS, task="clustering")
    np.testing.assert_allclose(answer.embeddings.float_, floats, rtol=0, atol=1e-6)
    assert np.array_equal(answer.embeddings.ubinary, np.packbits(floats > 0, axis=1))


def test_more_texts_than_cohere_takes_in_one_request(first_version, same):
    texts = [f"text number {number}" for number in range(97)]
    same(
        first_version.embed(model=NAME, texts=texts, input_type="search_document").embeddings,
        texts,
        task="search_document",
    )


def test_errors(client, first_version):
    for each in (client, first_version):
        with pytest.raises(cohere.NotFoundError) as unknown:
            each.embed(model=OTHER, texts=TEXTS, input_type="search_query")
        assert unknown.value.body["message"].startswith(UNKNOWN)
        with pytest.raises(cohere.BadRequestError) as long:
            each.embed(model=NAME, texts=[LONG], input_type="search_query", truncate="NONE")
        assert TOO_LONG in long.value.body["message"]
    assert client.embed(model=NAME, texts=[LONG], input_type="search_query", truncate="END").embeddings


@pytest.mark.parametrize("kind", [cohere.ClientV2, cohere.Client])
def test_a_key(kind, protected_url, key):
    assert kind(api_key=key, base_url=protected_url).embed(model=NAME, texts=["a"], input_type="search_query")
    with pytest.raises(cohere.UnauthorizedError) as wrong:
        kind(api_key=WRONG_KEY, base_url=protected_url).embed(model=NAME, texts=["a"], input_type="search_query")
    assert "key" in wrong.value.body["message"]


def test_inputs_with_text_content_and_2048_texts(client, same):
    inputs = [{"content": [{"type": "text", "text": text}]} for text in TEXTS]
    answer = client.embed(model=NAME, inputs=inputs, input_type="search_document", embedding_types=["float"])
    same(answer.embeddings.float_, TEXTS, task="search_document")
    kinds = ["float", "int8", "uint8", "binary", "ubinary", "base64"]
    many = client.embed(model=NAME, texts=["a"] * 2048, input_type="search_query", embedding_types=kinds)
    assert {len(rows) for rows in many.embeddings.model_dump(exclude_none=True).values()} == {2048}
