"""The same question to every API, on fakes: which prompt and size each field selects, and how errors look."""

import json
import re

import pytest

from embedder.api.ignored import HEADER
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
        (
            GOOGLE_BATCH,
            {"requests": [google(), google(outputDimensionality=128)]},
            "requests[1] and requests[0] differ",
        ),
        (GOOGLE_BATCH, {"requests": [google()] * 2049}, "the limit is 2048"),
        (GOOGLE, google(taskType="OTHER"), "must be one of TASK_TYPE_UNSPECIFIED"),
        (GOOGLE, google(title="T"), "title is only part of the document prompt"),
        (GOOGLE.replace(NAME, "gemini-embedding-001"), google(), "Unknown model 'gemini-embedding-001'"),
        ("/v2/embed", cohere(truncate="START"), "START is not possible: the model keeps the beginning"),
        ("/v2/embed", cohere(input_type="image"), "must be one of"),
        ("/v2/embed", cohere(texts=["a"] * 2049), "the limit is 2048"),
        ("/v2/embed", cohere(model=f"{NAME}:clustering", input_type="search_query"), "name different tasks"),
        ("/api/embed", ollama(dimensions=100), "must be one of"),
        ("/v1/embeddings", voyage(dimensions=128, output_dimension=256), "dimensions and output_dimension differ"),
        ("/v1/embeddings", voyage(encoding_format="int8", output_dtype="uint8"), "differ; send one of them"),
        ("/v1/embeddings", voyage(encoding_format="int8", embedding_type="float"), "differ; send one of them"),
        ("/v1/embeddings", voyage(truncate="START"), "START is not possible: the model keeps the beginning"),
        ("/v1/embeddings", voyage(task="image"), "task is 'image'; it must be one of search_query"),
        (GOOGLE, google(taskType="RETRIEVAL_QUERY", task_type="CLUSTERING"), "are the same field; send one of them"),
        ("/openai/deployments/gpt/embeddings", {"input": "a"}, "Unknown model 'gpt'"),
    ],
)
def test_an_invalid_request_is_rejected_in_the_format_of_the_api(path, body, part):
    response, answer, calls = sent(path, body)
    assert (response.status in (400, 404, 413), calls) == (True, [])
    message = answer.get("message") or answer["error"]
    assert part in (message if isinstance(message, str) else message["message"])


ROUTES_OF_2048 = {
    "/v1/embeddings": lambda texts: openai(texts),
    "/openai/v1/embeddings": lambda texts: openai(texts),
    AZURE: lambda texts: {"input": texts},
    "/client/v4/accounts/abc/ai/v1/embeddings": lambda texts: openai(texts),
    "/v1/embed": lambda texts: cohere(texts=texts),
    "/v2/embed": lambda texts: cohere(texts=texts, embedding_types=["float", "int8"]),
    "/v2/embed with inputs": lambda texts: {
        "model": NAME,
        "inputs": [{"content": [{"type": "text", "text": text}]} for text in texts],
    },
    RUN: lambda texts: {"text": texts},
    "/api/embed": lambda texts: ollama(input=texts),
    GOOGLE_BATCH: lambda texts: {"requests": [google(text) for text in texts]},
}


@pytest.mark.slow
@pytest.mark.parametrize("path", ROUTES_OF_2048)
def test_the_routes_of_others_take_2048_texts_and_split_them(path):
    body, path = ROUTES_OF_2048[path], path.partition(" ")[0]
    response, _, calls = sent(path, body([str(number) for number in range(2048)]))
    assert (response.status, len(calls), max(map(len, calls))) == (200, 21, 100)
    assert [text.rpartition(" ")[2] for call in calls for text in call] == [str(number) for number in range(2048)]
    response, answer, calls = sent(path, body(["a"] * 2049))
    assert (response.status, calls) == (413, [])
    assert "has too many items; the limit is 2048 per request." in json.dumps(answer)


def test_the_native_route_takes_100_texts():
    assert sent("/embed", {"text": ["a"] * 100})[0].status == 200
    assert sent("/embed", {"text": ["a"] * 101})[0].status == 413


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (path, {**body, **dict.fromkeys(optional)})
        for path, body, optional in [
            (
                "/v1/embeddings",
                openai("a"),
                ["dimensions", "encoding_format", "user", "max_tokens", "truncate", "task"],
            ),
            ("/v1/embeddings", openai("a"), ["input_type", "output_dimension", "output_dtype", "truncation", "title"]),
            ("/v2/embed", cohere(), ["inputs", "input_type", "embedding_types", "output_dimension", "truncate"]),
            ("/v2/embed", cohere(), ["images", "max_tokens", "priority", "model"]),
            ("/api/embed", ollama(), ["truncate", "dimensions", "keep_alive", "options", "format"]),
            ("/api/embeddings", {"model": "embeddinggemma", "prompt": "a"}, ["keep_alive", "options", "images"]),
            (GOOGLE, google(), ["taskType", "title", "outputDimensionality", "model", "task_type"]),
            (RUN, {"text": "a"}, ["options", "task", "dimensions", "pooling", "truncate_inputs"]),
        ]
    ],
)
def test_null_is_as_good_as_nothing(path, body):
    response, _, calls = sent(path, body)
    assert (response.status, calls, response.headers.get("x-embedding-ignored")) == (200, [["a"]], None)


@pytest.mark.parametrize(
    ("path", "body", "texts"),
    [
        ("/v1/embeddings", voyage(input_type="passage"), ["title: none | text: a"]),
        ("/v1/embeddings", voyage(task="retrieval.query"), ["task: search result | query: a"]),
        ("/v1/embeddings", voyage(task="Text-Matching"), ["task: sentence similarity | query: a"]),
        ("/v1/embeddings", voyage(prompt_name="STS"), ["task: sentence similarity | query: a"]),
        ("/v1/embeddings", voyage(inputType="Query", encoding_format="FLOAT"), ["task: search result | query: a"]),
        ("/v1/embeddings", {"model": NAME, "input": [{"text": "a"}, "b"]}, ["a", "b"]),
        ("/v2/embed", cohere(input_type="SEARCH_DOCUMENT", truncate="end"), ["title: none | text: a"]),
        ("/v2/embed", {"model": NAME, "inputs": [{"content": [{"text": "a"}, {"text": "b"}]}]}, ["a\nb"]),
        ("/api/embed", ollama(truncate="END"), ["a"]),
        (GOOGLE, google(task_type="RETRIEVAL_DOCUMENT", title="T"), ["title: T | text: a"]),
        (GOOGLE, google(taskType="retrieval_query", output_dimensionality=256), ["task: search result | query: a"]),
        (GOOGLE, google(taskType="semantic-similarity"), ["task: sentence similarity | query: a"]),
        ("/embed", {"text": "a", "task": "Retrieval-document"}, ["title: none | text: a"]),
        ("/embed", {"text": "a", "input_type": "passage"}, ["title: none | text: a"]),
        ("/similarity", {"texts": ["a"], "prompt_name": "Clustering"}, ["task: clustering | query: a"]),
        (RUN, {"text": "a", "task": "PASSAGE", "truncate": True}, ["title: none | text: a"]),
    ],
)
def test_values_that_mean_the_same_are_taken(path, body, texts):
    response, _, calls = sent(path, body)
    assert (response.status, calls) == (200, [texts])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", openai("a")),
        (AZURE.replace(":clustering", ""), {"input": "a"}),
        ("/v2/embed", cohere()),
        ("/api/embed", ollama()),
        ("/api/embeddings", {"model": "embeddinggemma", "prompt": "a"}),
        ("/", {"inputs": "a"}),
        (GOOGLE, google()),
        (GOOGLE_BATCH, {"requests": [google()]}),
        (RUN, {"text": "a"}),
    ],
)
def test_every_api_of_others_takes_every_name_of_the_task_and_of_the_size(path, body):
    for name in ("task", "input_type", "promptName", "task_type", "embedding_task"):
        fields = {name: "retrieval.query"}
        response, _, calls = sent(
            path, {"requests": [google(**fields)]} if path == GOOGLE_BATCH else {**body, **fields}
        )
        assert (response.status, calls, response.headers.get(HEADER)) == (
            200,
            [["task: search result | query: a"]],
            None,
        )
    sizes = {f"{path} {response.status}" for response in _with_size(path, body)}
    assert sizes == ({f"{path} 400"} if path == "/api/embeddings" else {f"{path} 200"})


def _with_size(path, body):
    for name in ("dimensions", "output_dimension", "outputDimensionality", "dimension"):
        for size in (256, "256", 256.0):
            fields = {name: size}
            yield sent(path, {"requests": [google(**fields)]} if path == GOOGLE_BATCH else {**body, **fields})[0]


def test_an_error_names_the_field_as_it_was_sent():
    _, answer, _ = sent("/api/embed", ollama(input_type="image"))
    assert answer["error"].startswith("input_type is 'image'; it must be one of search_query,")
    _, answer, _ = sent("/v2/embed", cohere(input_type="query", task="query"))
    assert answer["message"] == "task and input_type are the same field; send one of them."


@pytest.mark.parametrize(
    ("fields", "strict"),
    [
        ({"truncate": "NONE"}, True),
        ({"truncate": False}, True),
        ({"truncate": "false"}, True),
        ({"truncate": "true"}, False),
        ({"truncation": "none"}, True),
        ({}, False),
    ],
)
def test_every_word_for_no_truncation_rejects_long_texts(fields, strict):
    assert sent("/v1/embeddings", openai(LONG, **fields))[0].status == (400 if strict else 200)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", openai("a", task="", encoding_format="", truncate="", dimensions="")),
        ("/v1/embeddings", openai("a", input_type="TEXT", embedding_type=[])),
        ("/v2/embed", cohere(input_type="", embedding_types=[], truncate="")),
        ("/", {"inputs": "a", "prompt_name": "", "truncation_direction": ""}),
        (GOOGLE, google(taskType="")),
    ],
)
def test_no_word_is_no_choice(path, body):
    response, _, calls = sent(path, body)
    assert (response.status, calls) == (200, [["a"]])


def test_cohere_takes_texts_or_inputs():
    inputs = [{"content": [{"type": "text", "text": "a"}]}]
    for body in ({"model": NAME}, cohere(inputs=inputs)):
        response, answer, _ = sent("/v2/embed", body)
        assert (response.status, answer["message"]) == (400, "Send either texts or inputs.")
    image = [{"content": [{"type": "image_url", "text": "a"}]}]
    response, answer, _ = sent("/v2/embed", {"model": NAME, "inputs": image})
    assert (response.status, "image_url" in answer["message"]) == (400, True)


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


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/embed", {"text": LONG, "truncate": "error"}, "text"),
        ("/embed", {"text": ["a", LONG], "truncate": "error"}, "text[1]"),
        ("/similarity", {"texts": ["a", LONG], "truncate": "error"}, "texts[1]"),
        ("/similarity", {"source": "a", "texts": ["a", LONG], "truncate": "error"}, "texts[1]"),
        ("/similarity", {"source": LONG, "texts": ["a"], "truncate": "error"}, "source"),
        ("/v1/embeddings", openai(["a", LONG], truncate="error"), "input[1]"),
        ("/v2/embed", cohere(texts=["a", LONG], truncate="NONE"), "texts[1]"),
        (
            "/v2/embed",
            {"model": NAME, "inputs": [{"content": [{"text": LONG}]}], "truncate": "NONE"},
            "inputs[0].content",
        ),
        ("/api/embed", ollama(input=["a", LONG], truncate=False), "input[1]"),
    ],
)  # fmt: skip
def test_the_error_of_a_long_text_names_its_field(path, body, named):
    _, answer, _ = sent(path, body)
    message = answer.get("message") or answer["error"]
    assert (message if isinstance(message, str) else message["message"]).startswith(f"{named}: over the limit")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", openai("a", dimensions=0)),
        ("/v1/embeddings", voyage(output_dimension=0)),
        (AZURE, openai("a", dimensions=0)),
        ("/v2/embed", cohere(output_dimension=0)),
        (GOOGLE, google(outputDimensionality=0)),
        ("/api/embed", ollama(dimensions=0)),
        ("/embed", {"inputs": "a", "dimensions": 0}),
        (RUN, {"text": "a", "dimensions": 0}),
    ],
)
def test_a_size_of_zero_is_none(path, body):
    """Clients with a default for every field send it, such as the one of Infinity."""
    app = FakeApp()
    assert app.ask(path, body).status == 200
    assert app.ask("/embed", {"text": "a", "dimensions": 0}).status == 400
