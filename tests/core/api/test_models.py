"""The model names, with a task and without."""

from urllib.parse import quote

import pytest

from embedder.api import models
from embedder.embedding import prompts
from embedder.errors import EmbedderError
from embedder.names import tasks
from tests.core.api.bodies import ACCOUNT, NAME, google
from tests.core.fakes import FakeApp, content, error, json_of


def test_the_model_name_can_contain_a_task():
    app = FakeApp()
    app.ask("/v1/embeddings", {"model": f"{NAME}:search_query", "input": "a"})
    app.ask("/v1/embeddings", {"model": f"@cf/google/{NAME}:document", "input": "a", "title": "T"})
    app.ask("/v1/embeddings", {"model": f"{NAME}:document", "input": "a", "task": "search_document"})
    assert app.model.calls == [
        ["task: search result | query: a"],
        ["title: T | text: a"],
        ["title: none | text: a"],
    ]


@pytest.mark.parametrize("part", ["google/", "latest:", "a/", ":"])
def test_a_name_that_is_too_long_is_not_taken_apart(part, monkeypatch):
    monkeypatch.setattr(models, "_spellings", None)
    app = FakeApp()
    assert error(app.ask("/v1/embeddings", {"model": part * 30_000 + NAME, "input": "a"}))[:2] == (
        404,
        "model_not_found",
    )


def test_lists_models_and_gets_them_by_name():
    app = FakeApp()
    names = [item["id"] for item in json_of(app.send("GET", "/v1/models"))["data"]]
    assert f"{NAME}:search_query" in names
    for name in names:
        assert json_of(app.send("GET", "/v1/models/" + name.replace("/", "%2F").replace("@", "%40")))["id"] == name
    assert error(app.send("GET", "/v1/models/gpt-4"))[:2] == (404, "model_not_found")


def test_one_model_list_serves_openais_and_googles_clients():
    app = FakeApp()
    listed = json_of(app.send("GET", "/v1/models"))
    assert [model["id"] for model in listed["data"]] == [
        model["name"].removeprefix("models/") for model in listed["models"]
    ]
    one = json_of(app.send("GET", f"/v1beta/models/{NAME}"))
    assert (one["id"], one["name"], one["inputTokenLimit"]) == (NAME, f"models/{NAME}", 2048)
    assert "embedContent" in one["supportedGenerationMethods"]
    assert one["model_type"] == "embedding"  # by which Xinference's clients choose


ALIASES = "text-embedding-3-small, Nomic-Embed:search_document, @cf/baai/bge-base-en-v1.5"
LISTS = (
    "/v1/models",
    "/v1beta/models",
    "/openai/v1/models",
    "/openai/models",
    "/api/v1/models",
    f"{ACCOUNT}/v1/models",
)


def listed():
    app = FakeApp(MODEL_ALIASES=ALIASES)
    found = {model["id"] for path in LISTS for model in json_of(app.send("GET", path))["data"]}
    found |= {model["name"] for path in LISTS for model in json_of(app.send("GET", path))["models"]}
    return sorted(found | {model["name"] for model in json_of(app.send("GET", "/api/tags"))["models"]})


def routes(name):
    """Return a request of every route that takes a model name: in the body, or in the path, also percent-encoded."""
    encoded = quote(name, safe="")
    for path in (
        "/v1/embeddings",
        "/openai/v1/embeddings",
        "/api/v1/embeddings",
        "/api/embed",
        f"{ACCOUNT}/v1/embeddings",
    ):
        yield path, {"model": name, "input": "a"}
    yield "/api/embeddings", {"model": name, "prompt": "a"}
    yield from ((path, {"model": name, "texts": ["a"]}) for path in ("/v1/embed", "/v2/embed"))
    for part in (name, encoded):
        yield f"/openai/deployments/{part}/embeddings", {"input": "a"}
        yield f"/v1beta/models/{part}:embedContent", google()
        yield f"/v1/models/{part}:batchEmbedContents", {"requests": [google()]}
        yield f"{ACCOUNT}/run/{part}", {"text": "a"}


def test_every_listed_name_works_on_every_route_with_its_prompt():
    names = listed()
    assert {"models/text-embedding-3-small", "embeddinggemma:latest", "Nomic-Embed:latest"} <= {*names}
    for name in names:
        last = "search_document" if "Nomic" in name else name.rpartition(":")[2]
        wanted = prompts.apply(last if last in tasks.TASKS else None, ["a"])
        for path, body in routes(name):
            app = FakeApp(MODEL_ALIASES=ALIASES)
            response = app.ask(path, body)
            assert (response.status, app.model.calls) == (200, [wanted]), (path, body, content(response))


@pytest.mark.parametrize("path", LISTS)
def test_every_listed_name_can_be_described(path):
    app = FakeApp(MODEL_ALIASES=ALIASES)
    for name in listed():
        for part in (name, quote(name, safe="")):
            assert app.send("GET", f"{path}/{part}").status == 200, (path, part)


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("EmbeddingGemma-300M", None),
        ("google/embeddinggemma-300m", None),
        ("models/google/embeddinggemma", None),
        ("openai/embeddinggemma-300m:Retrieval-query", "search_query"),
        ("workers-ai/@cf/google/embeddinggemma-300m", None),
        ("text-embedding-embeddinggemma-300m:clustering", "clustering"),  # of LM Studio
        ("lm_studio/text-embedding-embeddinggemma-300m", None),
        ("cloudflare/@cf/google/embeddinggemma-300m:query", "search_query"),
        ("openrouter/google/embeddinggemma-300m", None),
        ("publishers/google/models/embeddinggemma-300m", None),
        ("embeddinggemma:300m:passage", "search_document"),
        ("embeddinggemma:search_query:latest", "search_query"),
        ("OPENAI/Text-Embedding-3-Small", None),
        ("text-embedding-3-small:clustering", "clustering"),
        ("nomic-embed", "search_document"),
        ("nomic-embed:search_query", "search_query"),
        (" embeddinggemma ", None),
    ],
)
def test_names_are_understood_in_other_spellings(name, task):
    assert models.task_of(FakeApp(MODEL_ALIASES=ALIASES).app, name) == task


@pytest.mark.parametrize(
    "name",
    ["", ":", "google/", "other/embeddinggemma", "embeddinggemma-300m:other", "embeddinggemma:query:document",
     "embeddinggemma:300m-qat-q4_0", "text-embedding-3-large", "embeddinggemma/google", "x" * 10_000,
     "google/" * 5_000 + "embeddinggemma", "embeddinggemma" + ":latest" * 5_000],
)  # fmt: skip
def test_other_names_are_unknown(name):
    with pytest.raises(EmbedderError, match="Unknown model") as unknown:
        models.task_of(FakeApp(MODEL_ALIASES=ALIASES).app, name)
    assert (unknown.value.code, len(unknown.value.message) < 300) == ("model_not_found", True)


def test_the_service_has_its_own_names_whatever_the_operator_says():
    assert models.task_of(FakeApp(MODEL_ALIASES="embeddinggemma-300m").app, NAME) is None
