"""Decoding the answers of Vectorize, and mapping its errors."""

import msgspec
import pytest

from embedder.errors import EmbedderError
from embedder.vectorize import answers


@pytest.mark.parametrize(
    ("message", "kind", "code"),
    [
        ("VECTOR_UPSERT_ERROR (code = 40012): invalid vector", "invalid_request", 40012),
        ("VECTOR_QUERY_ERROR (code = 40041): slow down", "upstream_busy", 40041),
        ("VECTOR_QUERY_ERROR (code = 40404): vector not found", "upstream_error", 40404),
        ("VECTOR_QUERY_ERROR: Status + 429", "upstream_busy", None),
        ("VECTOR_QUERY_ERROR: Status + 504", "upstream_timeout", None),
        ("VECTOR_QUERY_ERROR: undefined", "upstream_error", None),
        ("Failed to parse body as JSON, got: VECTOR_GET_ERROR (code = 40012): a", "upstream_error", None),
        ("VECTOR_UPSERT_ERROR (code = 10013): Too Many Requests", "upstream_busy", 10013),
        ('VECTOR_UPSERT_ERROR (code = 40012): invalid vector for id="not found"', "invalid_request", 40012),
        ("INDEX_GET_ERROR (code = 50000): index not found", "upstream_error", 50000),
        (f"VECTOR_QUERY_ERROR (code = {'9' * 900}): boom", "upstream_error", None),
        ("VECTOR_QUERY_ERROR (code = \u0664\u0660): boom", "upstream_error", None),
        ("VECTOR_" * 10_000, "upstream_error", None),
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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('no vector found for id="index 7"', "not_found"),
        ("vector does not exist", "not_found"),
        ("index not found", "upstream_error"),
        ("No such index", "upstream_error"),
        ("boom", "upstream_error"),
    ],
)
def test_only_a_search_by_id_can_miss_a_vector(text, code):
    message = f"VECTOR_QUERY_ERROR (code = 40404): {text}"
    assert answers.error(message, "queryById").code == code
    assert answers.error(message, "query").code == "upstream_error"


def found(*scores: float) -> answers.Matches:
    return answers.Matches(len(scores), [answers.Match(f"{number}", score) for number, score in enumerate(scores)])


@pytest.mark.parametrize("scores", [(1.2, 0.1), (0.9, -1.2), (1e308, 1.0), (0.4, 0.6, 0.7), (0.0, 1.0)])
def test_rejects_scores_that_are_no_cosines(scores):
    with pytest.raises(EmbedderError) as caught:
        found(*scores).check()
    assert caught.value.code == "upstream_invalid"
    assert "cosine" in caught.value.message


def test_matches_are_sorted_and_each_is_there_once():
    matches = found(0.71, 0.72, 1.0003, 0.5, 0.5)
    matches.matches[3].id = "0"
    matches.check()
    assert [(match.id, match.score) for match in matches.matches] == [
        ("2", 1.0003),
        ("1", 0.72),
        ("0", 0.71),
        ("4", 0.5),
    ]
    assert matches.count == 5


@pytest.mark.parametrize("metadata", ["[1]", "7", '"a"', "true"])
@pytest.mark.parametrize("kind", [answers.Match, answers.Stored])
def test_metadata_is_an_object(metadata, kind):
    with pytest.raises(EmbedderError, match="metadata that is an object"):
        answers.decode(f'{{"id":"a","score":0.5,"values":0,"metadata":{metadata}}}', kind)


@pytest.mark.parametrize("metadata", ['{"x":[1e+308,9007199254740993]}', "{}", "null"])
def test_metadata_is_passed_on_as_it_is(metadata):
    """To decode 85,000 numbers such as 1e308, which 50 vectors may have, took 1.3 s."""
    match = answers.decode(f'{{"id":"a","score":0.5,"metadata":{metadata}}}', answers.Match)
    assert msgspec.json.encode(match) == f'{{"id":"a","score":0.5,"metadata":{metadata}}}'.encode()
