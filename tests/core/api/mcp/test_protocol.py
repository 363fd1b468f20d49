"""Model Context Protocol, on fakes: both versions of the protocol, the tools, and errors."""

import json
import tomllib
from pathlib import Path

import pytest

from embedder.api.mcp import protocol
from tests.core.fake_index import FakeIndex, app_with
from tests.core.fakes import FakeApp, json_of

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


def message(method, params=None, *, number=1, modern=True):
    given = {**(params or {}), **({"_meta": META} if modern else {})}
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": given}


def call(app, name, arguments, *, modern=True):
    """Call a tool. Return the text of its result, and whether it is an error."""
    answer = json_of(app.ask("/mcp", message("tools/call", {"name": name, "arguments": arguments}, modern=modern)))
    [item] = answer["result"]["content"]
    assert (answer["id"], item["type"]) == (1, "text")
    assert (answer["result"].get("resultType") == "complete") == modern
    return item["text"], answer["result"]["isError"]


def test_the_modern_handshake_is_stateless():
    result = json_of(FakeApp().ask("/mcp", message("server/discover")))["result"]
    assert (result["supportedVersions"], result["resultType"]) == (["2026-07-28"], "complete")
    assert result["capabilities"] == {"tools": {}}
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "embedder"


@pytest.mark.parametrize(("wanted", "given"), [("2025-11-25", "2025-11-25"), ("2099-01-01", "2025-11-25")])
def test_the_older_handshake_begins_with_initialize(wanted, given):
    app = FakeApp()
    params = {"protocolVersion": wanted, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    result = json_of(app.ask("/mcp", message("initialize", params, modern=False)))["result"]
    assert (result["protocolVersion"], result["serverInfo"]["name"]) == (given, "embedder")
    assert "resultType" not in result
    notified = app.ask("/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (notified.status, notified.text) == (202, None)
    assert json_of(app.ask("/mcp", message("ping", modern=False)))["result"] == {}


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
    assert "DocumentIn" in tools["store"]["inputSchema"]["$defs"]
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


def test_an_unsupported_version_and_an_unknown_method_are_errors_of_the_protocol():
    app = FakeApp()
    newer = message("tools/list")
    newer["params"]["_meta"] = {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}
    error = json_of(app.ask("/mcp", newer))["error"]
    assert (error["code"], error["data"]["supported"]) == (-32022, ["2026-07-28"])
    assert json_of(app.ask("/mcp", message("resources/list")))["error"]["code"] == -32601


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"{", 400, -32700), (b"[]", 400, -32600), (b'{"jsonrpc":"1.0","method":"a"}', 400, -32600)],
)
def test_what_is_no_message_is_an_error_of_json_rpc(body, status, code):
    response = FakeApp().send("POST", "/mcp", body)
    answer = json_of(response)
    assert (response.status, answer["id"], answer["error"]["code"]) == (status, None, code)
    assert FakeApp().send("GET", "/mcp").status == 405


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text())["project"]
    assert protocol.SERVER["version"] == project["version"]
