"""The package mcp: the official client of the Model Context Protocol, in both versions of the protocol."""

import asyncio
import json

import pytest
from mcp.client.client import Client

DOCUMENTS = [
    {"id": "mcp-mars", "text": "Mars is often called the Red Planet.", "metadata": {"year": 1610}},
    {"id": "mcp-cats", "text": "Cats sleep most of the day."},
]


async def call(client, name, **arguments):
    """Call a tool. Return its text, as JSON unless it is an error, and whether it is one."""
    result = await client.call_tool(name, arguments)
    [item] = result.content
    return item.text if result.is_error else json.loads(item.text), result.is_error


@pytest.mark.parametrize("mode", ["auto", "legacy"])  # 2026-07-28 with server/discover, and initialize
def test_an_agent_stores_searches_and_compares(url, mode):
    namespace = f"mcp-{mode}"

    async def session():
        async with Client(f"{url}/mcp", mode=mode) as client:
            tools = (await client.list_tools()).tools
            assert {tool.name for tool in tools} == {"search", "get", "store", "compare"}
            stored, is_error = await call(client, "store", documents=DOCUMENTS, namespace=namespace)
            assert (stored["count"], is_error) == (2, False)
            found = await matches(client, namespace)
            assert found[0].items() >= (DOCUMENTS[0] | {"text": DOCUMENTS[0]["text"]}).items()
            assert 0 < found[0]["score"] <= 1
            assert all("values" not in match for match in found)
            read, _ = await call(client, "get", ids=["mcp-cats", "mcp-none"])
            assert (read["documents"][0]["text"], read["missing"]) == (DOCUMENTS[1]["text"], ["mcp-none"])
            scores, _ = await call(client, "compare", source="a red planet", texts=["a red planet", "cats"])
            assert scores[0] == pytest.approx(1, abs=1e-6)
            message, is_error = await call(client, "search", text="a", top_k=99)
            assert (is_error, "top_k" in message) == (True, True)

    asyncio.run(session())


async def matches(client, namespace):
    """Search until the stored documents are visible."""
    for _ in range(100):
        found, _ = await call(client, "search", text="red planet", namespace=namespace)
        if len(found["matches"]) == 2:
            return found["matches"]
        await asyncio.sleep(0.1)
    raise AssertionError("the documents did not become visible")
