"""The same question to every API, on fakes: which prompt and size each field selects, and how errors look."""

import json
import re

import pytest

from embedder.embedding import prompts
from tests.core.api.bodies import (
    AZURE,
    GOOGLE,
    GOOGLE_BATCH,
    LONG,
    NAME,
    RUN,
    cohere,
    google,
    ollama,
    openai,
    sent,
    voyage,
)
from tests.core.fakes import FakeApp, content, json_of

MESSAGE = re.compile(r'"(?:message|error)":"((?:[^"\\]|\\.)*)"')


@pytest.mark.parametrize(
    ("path", "body", "task"),
    [
        (GOOGLE, google(taskType="RETRIEVAL_QUERY"), "search_query"),
        (GOOGLE, google(taskType="RETRIEVAL_DOCUMENT"), "search_document"),
        (GOOGLE, google(taskType="SEMANTIC_SIMILARITY"), "semantic_similarity"),
        (GOOGLE, google(taskType="CLASSIFICATION"), "classification"),
        (GOOGLE, google(taskType="CLUSTERING"), "clustering"),
        (GOOGLE, google(taskType="QUESTION_ANSWERING"), "question_answering"),
        (GOOGLE, google(taskType="FACT_VERIFICATION"), "fact_verification"),
        (GOOGLE, google(taskType="CODE_RETRIEVAL_QUERY"), "code_retrieval"),
        (GOOGLE, google(taskType="TASK_TYPE_UNSPECIFIED"), None),
        (GOOGLE, google(), None),
        (GOOGLE_BATCH, {"requests": [google(taskType="CLUSTERING")]}, "clustering"),
        ("/v2/embed", cohere(input_type="search_query"), "search_query"),
        ("/v1/embed", cohere(input_type="search_document"), "search_document"),
        ("/v1/embed", cohere(), None),
        ("/v2/embed", cohere(model=f"{NAME}:clustering"), "clustering"),
        ("/api/embed", ollama(), None),
        ("/api/embed", ollama(model="embeddinggemma:latest"), None),
        ("/api/embed", ollama(model="embeddinggemma:300m:search_query"), "search_query"),
        ("/api/embeddings", {"model": "embeddinggemma:search_document", "prompt": "a"}, "search_document"),
        ("/v1/embeddings", voyage(input_type="query"), "search_query"),
        ("/v1/embeddings", voyage(input_type="document"), "search_document"),
        (AZURE, {"input": "a"}, "clustering"),
        (AZURE, {"input": "a", "model": "any deployment"}, "clustering"),
        ("/openai/v1/embeddings", voyage(), None),
    ],
)
def test_each_field_selects_its_prompt(path, body, task):
    response, _, calls = sent(path, body)
    assert response.status == 200, content(response)
    assert calls == [prompts.apply(task, ["a"])]


@pytest.mark.parametrize(
    ("path", "body", "vectors"),
    [
        (GOOGLE, google(outputDimensionality=256), lambda body: [body["embedding"]["values"]]),
        (
            GOOGLE_BATCH,
            {"requests": [google(outputDimensionality=256)] * 2},
            lambda body: [item["values"] for item in body["embeddings"]],
        ),
        ("/v1/embed", cohere(output_dimension=256), lambda body: body["embeddings"]),
        ("/v2/embed", cohere(output_dimension=256), lambda body: body["embeddings"]["float"]),
        ("/api/embed", ollama(dimensions=256), lambda body: body["embeddings"]),
        ("/v1/embeddings", voyage(output_dimension=256), lambda body: [item["embedding"] for item in body["data"]]),
        (AZURE, {"input": "a", "dimensions": 256}, lambda body: [item["embedding"] for item in body["data"]]),
    ],
)
def test_each_size_field_shortens_the_vectors(path, body, vectors):
    _, answer, _ = sent(path, body)
    assert {len(vector) for vector in vectors(answer)} == {256}


@pytest.mark.parametrize(
    ("path", "body", "advice"),
    [
        ("/embed", {"text": LONG, "truncate": "error"}, '"truncate": "end"'),
        (RUN, {"text": LONG, "truncate": "error"}, '"truncate": "end"'),
        ("/api/embed", ollama(input=LONG, truncate=False), '"truncate": true'),
        ("/v2/embed", cohere(texts=[LONG], truncate="NONE"), '"truncate": "END"'),
        ("/v1/embeddings", voyage(input=LONG, truncation=False), '"truncation": true'),
        ("/v1/embeddings", voyage(input=LONG, truncate="error"), '"truncate": "end"'),
    ],
)
def test_texts_that_are_too_long_are_rejected_on_request_and_the_error_names_the_field(path, body, advice):
    response, _, calls = sent(path, body)
    assert (response.status, calls) == (400, [])
    assert f"or send {advice} to have them truncated." in json.loads(f'"{MESSAGE.search(content(response))[1]}"')
    for followed in ({**body, **json.loads(f"{{{advice}}}")}, {k: v for k, v in body.items() if "trunc" not in k}):
        assert sent(path, followed)[0].status == 200


@pytest.mark.parametrize(
    ("path", "body", "part"),
    [
        (GOOGLE_BATCH, {"requests": [google(), google(taskType="CLUSTERING")]}, "requests[1] and requests[0] differ"),
        (GOOGLE_BATCH, {"requests": [google(), google(outputDimensionality=128)]}, "differ in taskType or output"),
        (GOOGLE_BATCH, {"requests": [google()] * 101}, "the limit is 100"),
        (GOOGLE, google(taskType="OTHER"), "must be one of TASK_TYPE_UNSPECIFIED"),
        (GOOGLE, google(title="T"), "title is only part of the document prompt"),
        (GOOGLE.replace(NAME, "gemini-embedding-001"), google(), "Unknown model 'gemini-embedding-001'"),
        ("/v2/embed", cohere(truncate="START"), "must be one of"),
        ("/v2/embed", cohere(input_type="image"), "must be one of"),
        ("/v2/embed", cohere(texts=["a"] * 101), "the limit is 100"),
        ("/v2/embed", cohere(model=f"{NAME}:clustering", input_type="search_query"), "name different tasks"),
        ("/api/embed", ollama(dimensions=100), "must be one of"),
        ("/api/embed", ollama(temperature=1), "temperature"),
        ("/v1/embeddings", voyage(dimensions=128, output_dimension=256), "dimensions and output_dimension differ"),
        ("/v1/embeddings", voyage(encoding_format="int8", output_dtype="uint8"), "differ; send one of them"),
        ("/openai/deployments/gpt/embeddings", {"input": "a"}, "Unknown model 'gpt'"),
    ],
)
def test_an_invalid_request_is_rejected_in_the_format_of_the_api(path, body, part):
    response, answer, calls = sent(path, body)
    assert (response.status in (400, 404, 413), calls) == (True, [])
    message = answer.get("message") or answer["error"]
    assert part in (message if isinstance(message, str) else message["message"])


def test_all_dialects_return_the_same_vectors():
    app = FakeApp()
    texts = ["one", "zwei", "三"]
    for dimensions in (768, 256):
        wanted = {"dimensions": dimensions, "task": "query"}
        native = json_of(app.ask("/embed", {"text": texts, **wanted}))
        rest = json_of(app.ask(RUN, {"text": texts, **wanted}))
        open_ai = json_of(app.ask("/v1/embeddings", openai(texts, **wanted)))
        assert native["shape"] == [3, dimensions]
        assert rest == {"result": native, "success": True, "errors": [], "messages": []}
        assert [item["embedding"] for item in open_ai["data"]] == native["data"]
