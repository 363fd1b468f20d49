"""What Vectorize says, decoded into types and turned into our errors."""

import pytest

from embedder import vectorize
from embedder.errors import EmbedderError


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
def test_what_the_binding_says_becomes_one_of_our_errors(message, kind, code):
    made = vectorize.error(message)
    assert (made.code, made.upstream_code) == (kind, code)


@pytest.mark.parametrize("text", ["null", "[]", "5", "{}", '{"dimensions": "768", "vectorCount": 0}', "", "{"])
def test_an_answer_of_another_shape_is_an_error(text):
    with pytest.raises(EmbedderError) as caught:
        vectorize.decode(text, vectorize.Description)
    assert caught.value.code == "upstream_invalid"
