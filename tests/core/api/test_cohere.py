"""Cohere's embed endpoint, version 1 and 2."""

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
