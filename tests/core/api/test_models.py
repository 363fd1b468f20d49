"""The model names, with a task and without."""

from tests.core.api.bodies import NAME
from tests.core.fakes import FakeApp, error, json_of


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
