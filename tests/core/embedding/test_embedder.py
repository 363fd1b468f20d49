"""Embedding on fakes: prompts, calls of 100 texts, failures."""

import pytest

from tests.core.api.bodies import openai
from tests.core.fakes import FakeApp, FakeModel, code, error, json_of


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
