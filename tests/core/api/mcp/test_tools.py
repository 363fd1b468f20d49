"""The operations as tools for agents, on fakes."""

import json
import re

import pytest

from tests.core.api.mcp.messages import message
from tests.core.fake_index import FakeIndex, app_with
from tests.core.fakes import FakeApp, json_of


def call(app, name, arguments, *, modern=True):
    """Call a tool. Return the text of its result, and whether it is an error."""
    answer = json_of(app.ask("/mcp", message("tools/call", {"name": name, "arguments": arguments}, modern=modern)))
    [item] = answer["result"]["content"]
    assert (answer["id"], item["type"]) == (1, "text")
    assert (answer["result"].get("resultType") == "complete") == modern
    return item["text"], answer["result"]["isError"]


@pytest.mark.parametrize("modern", [True, False])
def test_tools_have_a_schema_and_a_description(modern):
    result = json_of(app_with(FakeIndex()).ask("/mcp", message("tools/list", modern=modern)))["result"]
    tools = {tool["name"]: tool for tool in result["tools"]}
    assert set(tools) == {"search", "get", "store", "compare"}
    for tool in tools.values():
        assert len(tool["description"]) > 30
        assert (tool["inputSchema"]["type"], "$ref" in tool["inputSchema"]) == ("object", False)
    assert tools["search"]["inputSchema"]["properties"]["top_k"] == {
        "type": "integer", "minimum": 1, "maximum": 20, "default": 5
    }  # fmt: skip
    assert not {"$ref", "$defs"} & set(re.findall(r'"(\$\w+)":', json.dumps(result["tools"])))
    document = tools["store"]["inputSchema"]["properties"]["documents"]["items"]
    assert (document["type"], document["required"]) == ("object", ["id", "text"])
    assert "limit is in bytes" in document["properties"]["id"]["description"]
    assert (tools["search"]["annotations"]["readOnlyHint"], tools["store"]["annotations"]["readOnlyHint"]) == (
        True,
        False,
    )


def test_without_an_index_there_is_only_compare():
    tools = json_of(FakeApp().ask("/mcp", message("tools/list")))["result"]["tools"]
    assert [tool["name"] for tool in tools] == ["compare"]
    text, is_error = call(FakeApp(), "search", {"text": "a"})
    assert is_error
    assert text.startswith("No Vectorize index is bound")


@pytest.mark.parametrize("modern", [True, False])
def test_compare_returns_cosines(modern):
    text, is_error = call(FakeApp(), "compare", {"source": "a b", "texts": ["a b", "c d"]}, modern=modern)
    scores = json.loads(text)
    assert (is_error, len(scores)) == (False, 2)
    assert scores[0] > scores[1]


def test_store_and_search_use_the_prompts_and_return_no_vectors():
    app = app_with(FakeIndex())
    text, is_error = call(app, "store", {"documents": [{"id": "m", "text": "Mars", "metadata": {"year": 1}}]})
    assert (json.loads(text)["count"], is_error) == (1, False)
    text, _ = call(app, "search", {"text": "red", "top_k": 1})
    assert app.model.calls == [["title: none | text: Mars"], ["task: search result | query: red"]]
    assert "values" not in text


@pytest.mark.parametrize(
    ("name", "arguments", "part"),
    [
        ("search", {"text": "a", "top_k": 50}, "top_k"),
        ("search", {"query": "a"}, "query"),
        ("search", {}, "text"),
        ("get", {"ids": ["a", "a"]}, "duplicate"),
        ("store", {"documents": [{"id": "a", "text": ""}]}, "documents[0].text"),
        ("compare", {"texts": ["a"] * 101}, "the limit is 100"),
        ("delete", {}, "use search, get, store, compare"),
    ],
)
def test_an_invalid_call_is_a_result_that_the_model_can_correct(name, arguments, part):
    app = app_with(FakeIndex())
    text, is_error = call(app, name, arguments)
    assert (is_error, app.model.calls) == (True, [])
    assert part in text
    assert json.loads(app.log[-1])["code"] in ("invalid_request", "batch_too_large")


def test_a_search_can_have_exact_scores_and_results_that_differ():
    index = FakeIndex(matches=[{"id": "a", "score": 0.9, "values": 0}, {"id": "b", "score": 0.8, "values": 1}])
    for arguments, exact, order in (
        ({}, False, "score"),
        ({"exact": True}, True, "score"),
        ({"min_score": 0}, True, "score"),
        ({"diversity": 0.4}, True, "diversity"),
    ):
        text, is_error = call(app_with(index), "search", {"text": "red", **arguments})
        found = json.loads(text)
        assert (is_error, found["exact"], found["order"]) == (False, exact, order), text
        assert found["matches"][0] == {"id": "a", "score": 0.9}
        assert index.named("query")[-1]["returnValues"] is exact


def test_arguments_are_taken_as_hosts_send_them():
    """JSON in strings and whole floats, for every tool, as if they had been sent right."""
    app = app_with(FakeIndex())
    document = {"id": "m", "text": "Mars", "metadata": {"year": 1}}
    text, is_error = call(app, "store", {"documents": json.dumps([document])})
    assert (is_error, json.loads(text)["count"]) == (False, 1)
    assert not call(app, "search", {"text": "[1]", "top_k": 1.0, "filter": '{"year": 1}'})[1]
    assert app.model.calls[-1] == ["task: search result | query: [1]"]
    assert not call(app, "get", {"ids": '["m"]'})[1]
    assert len(json.loads(call(app, "compare", {"texts": '["a", "b"]'})[0])) == 2
    assert len(json.loads(call(app, "compare", '{"texts": ["a", "b"]}')[0])) == 2
