"""Decoding the answers of Vectorize, and mapping its errors."""

import pytest

from embedder.errors import EmbedderError
from embedder.vectorize import answers


@pytest.mark.parametrize(
    ("message", "kind", "code"),
    [
        ("VECTOR_UPSERT_ERROR (code = 40012): invalid vector", "invalid_request", 40012),
        ("VECTOR_QUERY_ERROR (code = 40041): slow down", "upstream_busy", 40041),
        ("VECTOR_QUERY_ERROR (code = 40404): vector not found", "not_found", 40404),
        ("INDEX_GET_ERROR (code = 50000): boom", "upstream_error", 50000),
        ("VECTOR_GET_ERROR: Status + 500", "upstream_error", None),
        ("Error: Network connection lost.", "upstream_error", None),
        (
            'PythonError: Traceback\n  File "x"\nVECTOR_DELETE_ERROR (code = 40007): too many ids',
            "invalid_request",
            40007,
        ),
    ],
)
def test_messages_of_the_binding_become_embedder_errors(message, kind, code):
    error = answers.error(message)
    assert (error.code, error.upstream_code) == (kind, code)


@pytest.mark.parametrize("text", ["null", "[]", "5", "{}", '{"dimensions": "768", "vectorCount": 0}', "", "{"])
def test_rejects_an_invalid_answer(text):
    with pytest.raises(EmbedderError) as caught:
        answers.decode(text, answers.Description)
    assert caught.value.code == "upstream_invalid"
