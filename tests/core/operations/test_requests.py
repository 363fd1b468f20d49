"""The limits of the requests."""

import pytest

from embedder import decoding
from embedder.errors import EmbedderError
from embedder.operations import requests


@pytest.mark.parametrize(
    ("kind", "body", "code", "field"),
    [
        (requests.EmbedRequest, b'{"text": ""}', "invalid_request", "text"),
        (requests.EmbedRequest, b'{"text": []}', "invalid_request", "text"),
        (requests.EmbedRequest, b'{"text": "a", "other": 1}', "invalid_request", "other"),
        (requests.EmbedRequest, b'{"text": [%s]}' % b",".join([b'"a"'] * 101), "batch_too_large", "text"),
        (requests.SimilarityRequest, b"{}", "invalid_request", "texts"),
        (requests.SearchRequest, b'{"text": "a", "top_k": 0}', "invalid_request", "top_k"),
        (requests.DeleteRequest, b'{"ids": []}', "invalid_request", "ids"),
        (requests.DescribeRequest, b'{"other": 1}', "invalid_request", "other"),
    ],
)
def test_a_request_over_a_limit_is_rejected_with_its_field(kind, body, code, field):
    with pytest.raises(EmbedderError) as caught:
        decoding.decode(body, kind)
    assert caught.value.code == code
    assert field in caught.value.message


def test_the_largest_batch_is_accepted():
    body = b'{"text": [%s]}' % b",".join([b'"a"'] * 100)
    assert len(decoding.decode(body, requests.EmbedRequest).text) == 100
