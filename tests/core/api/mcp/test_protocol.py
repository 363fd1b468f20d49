"""Model Context Protocol, on fakes: both versions of the protocol, and its errors."""

import tomllib
from pathlib import Path

import pytest

from embedder.api.mcp import protocol
from tests.core.api.mcp.messages import message
from tests.core.fakes import FakeApp, json_of


def test_the_modern_handshake_is_stateless():
    result = json_of(FakeApp().ask("/mcp", message("server/discover")))["result"]
    assert (result["supportedVersions"], result["resultType"]) == (["2026-07-28"], "complete")
    assert result["capabilities"] == {"tools": {}}
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "embedder"


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        *((version, version) for version in ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")),
        *((version, "2025-11-25") for version in ("2099-01-01", "2026-07-28", "")),
    ],
)
def test_the_older_handshake_begins_with_initialize(wanted, given):
    app = FakeApp()
    params = {"protocolVersion": wanted, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    result = json_of(app.ask("/mcp", message("initialize", params, modern=False)))["result"]
    assert (result["protocolVersion"], result["serverInfo"]["name"]) == (given, "embedder")
    assert "resultType" not in result
    notified = app.ask("/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (notified.status, notified.text) == (202, None)
    assert json_of(app.ask("/mcp", message("ping", modern=False)))["result"] == {}


def test_a_batch_is_answered_in_order_without_its_notifications():
    """Servers of version 2025-03-26 must take batches."""
    call = {"name": "compare", "arguments": {"texts": ["a"]}}
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    batch = [message("ping", number=1), note, message("tools/call", call, number=2), message("x", number="3")]
    answer = FakeApp().ask("/mcp", batch)
    first, second, third = json_of(answer)
    assert (answer.status, first, second["id"], third["id"]) == (200, {**first, "id": 1, "jsonrpc": "2.0"}, 2, "3")
    assert (second["result"]["content"][0]["text"], third["error"]["code"]) == ("[[1.0000000000000115]]", -32601)
    notes = FakeApp().ask("/mcp", [note, note])
    assert (notes.status, notes.text) == (202, None)


def test_a_batch_is_bounded_and_calls_one_tool():
    app = FakeApp()
    call = {"name": "compare", "arguments": {"texts": ["a"]}}
    answers = json_of(app.ask("/mcp", [message("tools/call", call, number=number) for number in (1, 2)]))
    assert [("result" in answer, "error" in answer) for answer in answers] == [(True, False), (False, True)]
    assert len(app.model.calls) == 1
    for batch, status in (([], 400), ([message("ping")] * 21, 413), ([message("ping"), {}], 400), ([[]], 400)):
        assert app.ask("/mcp", batch).status == status


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


@pytest.mark.parametrize(("version", "quoted"), [("x" * 5_000, "x" * 100), ({"a": 1}, None)])
def test_the_version_of_a_client_is_quoted_in_part(version, quoted):
    newer = message("tools/list")
    newer["params"]["_meta"] = {"io.modelcontextprotocol/protocolVersion": version}
    assert json_of(FakeApp().ask("/mcp", newer))["error"]["data"]["requested"] == quoted
