"""The bodies of Vectorize's REST API: names in camel case, limits and defaults."""

import pytest
from msgspec import UNSET

from embedder import decoding
from embedder.api.cloudflare.vectorize_bodies import DeleteByIdsRequest, QueryRequest, WriteRequest
from embedder.errors import EmbedderError


def test_a_query_has_the_defaults_and_the_names_of_vectorize():
    query = decoding.decode(b'{"vectorId": "a", "returnMetadata": "indexed"}', QueryRequest)
    assert (query.vector, query.vector_id, query.top_k) == (UNSET, "a", 5)
    assert (query.return_values, query.return_metadata) == (False, "indexed")
    assert decoding.decode(b'{"vector": 0, "topK": 100}', QueryRequest).top_k == 100


@pytest.mark.parametrize(
    ("kind", "body", "param"),
    [
        (QueryRequest, b'{"vector": 0, "topK": 101}', "topK"),
        (QueryRequest, b'{"vector": 0, "returnMetadata": "some"}', "returnMetadata"),
        (WriteRequest, b'{"vectors": []}', "vectors"),
        (WriteRequest, b'{"vectors": [{"id": "a"}]}', "vectors[0]"),
        (WriteRequest, b'{"vectors": [{"id": "", "values": 0}]}', "vectors[0].id"),
        (DeleteByIdsRequest, b'{"ids": ["a", 7]}', "ids[1]"),
    ],
)
def test_an_error_has_the_path_of_the_field(kind, body, param):
    with pytest.raises(EmbedderError) as caught:
        decoding.decode(body, kind)
    assert (caught.value.code, caught.value.param) == ("invalid_request", param)


def test_more_than_1000_vectors_are_too_many():
    body = b'{"vectors": [%b]}' % b",".join([b'{"id": "a", "values": 0}'] * 1001)
    with pytest.raises(EmbedderError) as caught:
        decoding.decode(body, WriteRequest)
    assert caught.value.code == "batch_too_large"
