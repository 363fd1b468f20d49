"""Google's Gemini API."""

import pytest

from embedder.api.google import TASKS
from tests.core.api.bodies import GOOGLE, GOOGLE_BATCH, google, sent
from tests.core.fakes import FakeApp


def test_google_concatenates_parts_and_uses_the_title():
    body = {"content": {"parts": [{"text": "a"}, {"text": "b"}], "role": "user"}, "title": "T"}
    _, _, calls = sent(GOOGLE, body | {"taskType": "RETRIEVAL_DOCUMENT"})
    assert calls == [["title: T | text: ab"]]
    items = [google("a", taskType="RETRIEVAL_DOCUMENT", title="T"), google("b", taskType="RETRIEVAL_DOCUMENT")]
    _, _, calls = sent(GOOGLE_BATCH, {"requests": items})
    assert calls == [["title: T | text: a", "title: none | text: b"]]


@pytest.mark.parametrize(("number", "task_type"), list(enumerate(TASKS)))
def test_a_task_type_may_be_the_number_in_its_enum(number, task_type):
    """The package google-generativeai sends it over REST."""
    assert sent(GOOGLE, google("a", taskType=number))[1:] == sent(GOOGLE, google("a", taskType=task_type))[1:]


@pytest.mark.parametrize("number", [-1, 9, 1.5, True])
def test_another_number_is_no_task_type(number):
    response, _, calls = sent(GOOGLE, google("a", taskType=number))
    assert (response.status, calls) == (400, [])


def test_the_contents_of_a_batch_may_have_different_tasks():
    items = [
        google("a"),
        google("b", taskType="RETRIEVAL_QUERY"),
        google("c", taskType="RETRIEVAL_DOCUMENT", title="T"),
    ]
    texts = ["task: search result | query: b", "title: T | text: c"]
    response, _, calls = sent(GOOGLE_BATCH, {"requests": items})
    assert (response.status, calls) == (200, [["a", *texts]])
    named = GOOGLE_BATCH.replace(":batch", ":search_query:batch")
    assert sent(named, {"requests": items[:2]})[2] == [["task: search result | query: a", texts[0]]]
    response, answer, calls = sent(named, {"requests": items})
    assert (response.status, calls, "different tasks" in answer["error"]["message"]) == (400, [], True)
    response, answer, _ = sent(GOOGLE_BATCH, {"requests": [google("a", title="T"), items[1]]})
    assert (response.status, "document prompt" in answer["error"]["message"]) == (400, True)


@pytest.mark.parametrize("name", ["embedContentConfig", "embed_content_config"])
def test_the_options_may_be_in_an_object(name):
    config = {"taskType": "RETRIEVAL_DOCUMENT", "title": "T", "outputDimensionality": 256}
    found = sent(GOOGLE, google(**{name: config}))
    assert (found[2], len(found[1]["embedding"]["values"])) == ([["title: T | text: a"]], 256)
    assert sent(GOOGLE, google(**config, **{name: config}))[2] == found[2]


@pytest.mark.parametrize("field", [{"taskType": "CLUSTERING"}, {"title": "U"}, {"outputDimensionality": 128}])
def test_options_that_differ_from_those_in_the_object_are_rejected(field):
    config = {"taskType": "RETRIEVAL_DOCUMENT", "title": "T", "outputDimensionality": 256}
    response, answer, calls = sent(GOOGLE, google(**{**config, **field}, embedContentConfig=config))
    assert (response.status, calls, "differ" in answer["error"]["message"]) == (400, [], True)


@pytest.mark.parametrize("verb", ["countTokens", "asyncBatchEmbedContent", "generateContent", "predict", "embedText"])
@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_other_methods_are_not_found(version, verb):
    for name in ("embeddinggemma-300m", "google/embeddinggemma-300m:search_query"):
        response, answer, _ = sent(f"/{version}/models/{name}:{verb}", {})
        assert (response.status, answer["error"]["status"]) == (404, "NOT_FOUND")
        assert answer["error"]["message"].startswith(f"There is no :{verb} here; this service has :embedContent")


def test_a_name_of_a_model_is_no_method():
    for name in ("embeddinggemma:searchQuery", "embeddinggemma:search_query", "embeddinggemma:300m"):
        assert FakeApp().send("GET", f"/v1beta/models/{name}").status == 200
    assert sent("/v1beta/tunedModels/a:embedContent", {})[1]["error"]["message"].startswith("Unknown path")
