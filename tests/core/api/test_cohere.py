"""Cohere's embed endpoint, version 1 and 2."""

from embedder.api import cohere as cohere_api
from embedder.embedding.options import as_boolean
from tests.core.api.bodies import cohere, sent


def test_a_cohere_answer_has_every_requested_type_once():
    _, answer, _ = sent("/v2/embed", cohere(embedding_types=["float", "int8", "float", "ubinary"]))
    assert list(answer["embeddings"]) == ["float", "int8", "ubinary"]
    assert (answer["response_type"], answer["texts"]) == ("embeddings_by_type", ["a"])
    assert answer["meta"] == {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 1}}
    _, answer, _ = sent("/v1/embed", cohere(embedding_types=["binary"]))
    assert (list(answer["embeddings"]), answer["meta"]["api_version"]) == (["binary"], {"version": "1"})
    _, answer, _ = sent("/v1/embed", cohere())
    assert (answer["response_type"], len(answer["embeddings"][0])) == ("embeddings_floats", 768)
    _, answer, _ = sent("/v2/embed", cohere(embedding_types="base64"))
    assert [type(text) for text in answer["embeddings"]["base64"]] == [str]


class Unprinted(list):
    """A long list: its text takes a second."""

    def __str__(self) -> str:
        raise AssertionError("made a text of a value that is no word")

    __repr__ = __str__


def test_a_value_that_is_no_word_is_not_made_one():
    assert type(cohere_api._truncation(Unprinted([1]))) is type(as_boolean(Unprinted([1]))) is Unprinted
    assert cohere_api._truncation("right") == cohere_api._truncation(True) == "END"
    assert as_boolean("none") is as_boolean(False) is False


def test_types_beyond_the_limit_are_not_looked_at():
    assert len(cohere_api._types_of(["FLOAT"] * 99_000)) == 7
    response, answer, _ = sent("/v2/embed", cohere(embedding_types=["FLOAT"] * 99_000))
    assert (response.status, "limit is 6" in answer["message"]) == (413, True)
