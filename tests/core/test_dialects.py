"""The APIs of Ollama, Cohere, Google, Voyage and Azure, on fakes: which prompt, size and format each field selects."""

import json
import re

import pytest

from embedder.embedding import prompts
from embedder.settings import MODEL
from tests.core.fakes import FakeApp, FakeModel, code, content, json_of

NAME = "embeddinggemma-300m"
LONG = "word " * 4000
CLOUDFLARE = f"/client/v4/accounts/any/ai/run/{MODEL}"
MESSAGE = re.compile(r'"(?:message|error)":"((?:[^"\\]|\\.)*)"')


def sent(path, body, *, method="POST", **headers):
    """Send a request to a new application. Return it, the answer as JSON, and the texts that the model got."""
    app = FakeApp()
    response = app.send(method, path, json.dumps(body).encode(), **headers)
    return response, json.loads(content(response)), app.model.calls


def google(text="a", **fields):
    return {"content": {"parts": [{"text": text}]}, **fields}


def cohere(**fields):
    return {"model": NAME, "texts": ["a"], **fields}


def ollama(**fields):
    return {"model": "embeddinggemma", "input": "a", **fields}


def voyage(**fields):
    return {"model": NAME, "input": "a", **fields}


GOOGLE = f"/v1beta/models/{NAME}:embedContent"
GOOGLE_BATCH = f"/v1/models/{NAME}:batchEmbedContents"
AZURE = "/openai/deployments/embeddinggemma-300m:clustering/embeddings"


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


def test_an_ollama_answer_has_its_counts():
    _, answer, _ = sent("/api/embed", ollama(input=["a", "b"]))
    assert (answer["model"], len(answer["embeddings"]), answer["prompt_eval_count"]) == ("embeddinggemma", 2, 2)
    assert answer["load_duration"] == 0 <= answer["total_duration"]
    _, answer, _ = sent("/api/embeddings", {"model": "embeddinggemma", "prompt": "a"})
    assert (answer.keys(), len(answer["embedding"])) == ({"embedding"}, 768)


def test_ollama_describes_the_model():
    app = FakeApp()
    tags = json_of(app.send("GET", "/api/tags"))["models"]
    assert "embeddinggemma:300m" in [model["name"] for model in tags]
    for name in (model["name"] for model in tags):
        shown = json_of(app.ask("/api/show", {"model": name}))
        assert (shown["capabilities"], shown["model_info"]["gemma3.embedding_length"]) == (["embedding"], 768)
    assert json_of(app.send("GET", "/api/version"))["version"].count(".") == 2
    response, answer, _ = sent("/api/show", {"model": "llama3"})
    assert response.status == 404
    assert answer["error"].startswith("Unknown model 'llama3'")


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


@pytest.mark.parametrize(
    ("fields", "encoding"),
    [
        ({}, "float"),
        ({"output_dtype": "float", "encoding_format": "base64"}, "base64"),
        ({"output_dtype": "int8"}, "int8"),
        ({"output_dtype": "int8", "encoding_format": "base64"}, "base64:int8"),
        ({"output_dtype": "ubinary", "encoding_format": "ubinary"}, "ubinary"),
        ({"encoding_format": "uint8"}, "uint8"),
    ],
)
def test_voyages_output_type_and_encoding_are_combined(fields, encoding):
    app = FakeApp()
    assert app.ask("/v1/embeddings", voyage(**fields)).numbers.encoding == encoding


@pytest.mark.parametrize(
    ("path", "body", "advice"),
    [
        ("/embed", {"text": LONG, "truncate": "error"}, '"truncate": "end"'),
        (CLOUDFLARE, {"text": LONG, "truncate": "error"}, '"truncate": "end"'),
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


def test_google_concatenates_parts_and_uses_the_title():
    body = {"content": {"parts": [{"text": "a"}, {"text": "b"}], "role": "user"}, "title": "T"}
    _, _, calls = sent(GOOGLE, body | {"taskType": "RETRIEVAL_DOCUMENT"})
    assert calls == [["title: T | text: ab"]]
    items = [google("a", taskType="RETRIEVAL_DOCUMENT", title="T"), google("b", taskType="RETRIEVAL_DOCUMENT")]
    _, _, calls = sent(GOOGLE_BATCH, {"requests": items})
    assert calls == [["title: T | text: a", "title: none | text: b"]]


@pytest.mark.parametrize("header", ["api-key", "x-goog-api-key", "authorization"])
def test_every_header_for_a_key_is_accepted(header):
    key = "a-key-of-sixteen-characters"
    app = FakeApp(AUTH="on", API_KEYS=f"web:{key}")
    body = json.dumps(google()).encode()
    value = f"Bearer {key}" if header == "authorization" else key
    assert app.send("POST", GOOGLE, body, **{header: value}).status == 200
    assert json.loads(app.log[-1])["key"] == "web"
    assert app.send("POST", GOOGLE, body, **{header: f"{value}x"}).status == 401
    assert app.send("POST", GOOGLE, body, **{header: value, "content_type": ""}).status == 200
    assert app.send("POST", GOOGLE, body, content_type="").status == 401


def test_one_model_list_serves_openais_and_googles_clients():
    app = FakeApp()
    listed = json_of(app.send("GET", "/v1/models"))
    assert [model["id"] for model in listed["data"]] == [
        model["name"].removeprefix("models/") for model in listed["models"]
    ]
    one = json_of(app.send("GET", f"/v1beta/models/{NAME}"))
    assert (one["id"], one["name"], one["inputTokenLimit"]) == (NAME, f"models/{NAME}", 2048)
    assert "embedContent" in one["supportedGenerationMethods"]


def test_the_model_can_be_searched():
    path = "/client/v4/accounts/abc/ai/models/search"
    app = FakeApp()
    found = json_of(app.send("GET", path, query="search=gemma"))
    assert [model["name"] for model in found["result"]] == ["@cf/google/embeddinggemma-300m"]
    assert json_of(app.send("GET", path, query="search=llama"))["result"] == []
    assert len(json_of(app.send("GET", path))["result"]) == 1


def test_the_second_page_of_the_models_is_empty():
    """Cloudflare's clients would otherwise never stop to ask for pages."""
    path = "/client/v4/accounts/abc/ai/models/search"
    found = [json_of(FakeApp().send("GET", path, query=f"search=gemma&page={page}")) for page in (1, 2)]
    assert [len(body["result"]) for body in found] == [1, 0]
    assert [body["result_info"]["total_count"] for body in found] == [1, 1]


def test_an_error_of_the_embeddings_route_has_the_field_that_voyages_client_reads():
    app = FakeApp()
    body = json_of(app.ask("/v1/embeddings", voyage(model="voyage-4")))
    assert body["detail"] == body["error"]["message"]
    assert "detail" not in json_of(app.ask("/embed", {}))


def test_reject_if_busy_makes_one_attempt_that_does_not_wait():
    path = "/client/v4/accounts/abc/ai/run/@cf/google/embeddinggemma-300m"
    busy = FakeApp(FakeModel(code(3040, 429)))
    assert busy.ask(path, {"text": "a", "options": {"rejectIfBusy": True}}).status == 503
    assert (busy.model.rejecting, busy.slept) == ([True], [])
    patient = FakeApp(FakeModel(code(3040, 429)))
    assert patient.ask(path, {"text": "a", "options": {"rejectIfBusy": False}}).status == 503
    assert patient.model.rejecting == [True, True, True, False]


def test_a_query_string_can_not_replace_the_model():
    response = FakeApp().send("POST", "/v1/embeddings", json.dumps(voyage()).encode(), query="deployment=gpt")
    assert (response.status, json_of(response)["model"]) == (200, NAME)
