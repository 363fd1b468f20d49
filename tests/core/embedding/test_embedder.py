"""Embedding on fakes: prompts, calls of 100 texts, failures."""

import pytest

from tests.core.api.bodies import openai
from tests.core.fake_index import FakeIndex, app_with
from tests.core.fakes import FakeApp, FakeModel, code, error, json_of
from tests.core.keyed import KEY, keyed, send


@pytest.mark.parametrize("field", ["task", "input_type", "prompt_name"])
def test_adds_the_prompt_and_names_the_task_in_a_header(field):
    app = FakeApp()
    response = app.ask("/embed", {"text": ["a", "b"], field: "query"})
    assert app.model.calls == [["task: search result | query: a", "task: search result | query: b"]]
    assert response.headers["x-embedding-task"] == "search_query"


def test_large_batches_are_split_in_order_with_six_calls_in_flight():
    app = FakeApp()
    texts = [f"text {number}" for number in range(1050)]
    answer = json_of(app.ask("/v1/embeddings", openai(texts, dimensions=128)))
    assert [len(call) for call in app.model.calls] == [100] * 10 + [50]
    assert app.model.reserved == [(1050, 128, "float")]
    assert app.model.most_in_flight == 6
    assert [item["index"] for item in answer["data"]] == list(range(1050))
    alone = json_of(app.ask("/v1/embeddings", openai(texts[777], dimensions=128)))["data"][0]["embedding"]
    assert answer["data"][777]["embedding"] == alone


def test_a_failed_call_cancels_the_others_and_fails_the_request():
    model = FakeModel()
    ok = model._reply
    model._reply = lambda texts: code(3036, 429)(texts) if "text 150" in texts else ok(texts)
    app = FakeApp(model)
    response = app.ask("/v1/embeddings", openai([f"text {number}" for number in range(2048)]))
    assert error(response) == (429, "quota_exhausted", None)
    assert len(model.calls) < 21
    assert model.in_flight == 0


def test_every_call_of_the_model_names_the_key_of_its_caller_and_never_the_key():
    app = keyed(FakeIndex(), name="web_app")
    texts = [f"text {number}" for number in range(250)]
    assert send(app, "POST", "/v1/embeddings", {"model": "embeddinggemma-300m", "input": texts}).status == 200
    assert send(app, "POST", "/search", {"text": "a"}).status == 200
    assert app.model.keys == ["web-app-253bafb1"] * 4
    assert KEY not in "".join(app.model.keys)


def test_a_call_without_a_key_names_none():
    app = app_with(FakeIndex())
    assert app.ask("/embed", {"text": "a"}).status == 200
    app.call("embed", "a")
    assert app.model.keys == ["", ""]


@pytest.mark.parametrize("path", ["/embed", "/similarity", "/v1/embeddings"])
def test_one_title_for_many_texts_reserves_what_it_adds_and_is_limited(path):
    """A title of 40 KB made 4 MB of a body of 50 KB."""
    app = FakeApp()
    texts = {"/embed": "text", "/similarity": "texts", "/v1/embeddings": "input"}[path]
    body = {texts: ["a"] * 100, "task": "document", "model": "embeddinggemma"}
    if path != "/v1/embeddings":
        del body["model"]
    assert app.ask(path, {**body, "title": "t" * 10}).status == 200
    assert app.lifetime.held == []
    assert app.ask(path, {**body, "title": "t" * 1_000}).status == 200
    assert app.lifetime.held == [1_200_000]
    assert error(app.ask(path, {**body, "title": "t" * 10_001})) == (400, "invalid_request", "title")
    assert app.ask(path, {**body, "title": ["t" * 10_001] + [""] * 99}).status == 200
    assert app.lifetime.held == []
    assert app.ask(path, {**body, texts: ["a"], "title": "t" * 1_000_001}).status == 200


def test_metadata_for_all_texts_reserves_what_it_adds():
    app = app_with(FakeIndex())
    store = {"ids": [str(number) for number in range(100)], "metadata": {"x": "m" * 1_000}}
    assert app.ask("/embed", {"text": ["a"] * 100, "store": store}).status == 200
    assert app.lifetime.held == [4 * 99 * 1_008]
    store["metadata"] = [store["metadata"]] * 100
    assert app.ask("/embed", {"text": ["a"] * 100, "store": store}).status == 200
    assert app.lifetime.held == []
