"""The Model Context Protocol."""

from tools.openapi.about import CATS, MARS, QUESTION, About

MCP = "MCP"
_CALL = {"name": "compare", "arguments": {"source": QUESTION, "texts": [MARS, CATS]}}

ROUTES = {
    "POST /mcp": About(
        tag=MCP,
        description=(
            "A stateless server of the Model Context Protocol (2026-07-28, and 2025-11-25 with `initialize`) with the "
            "tools `search`, `get`, `store` and `compare`. An agent needs this address and the header "
            "`Authorization: Bearer KEY`. Errors of a tool are results with `isError`, and errors of the protocol have "
            "the status 200; the statuses below are those of the transport. A batch has up to 20 messages, of "
            "which one may call a tool."
        ),
        examples={
            "Call a tool": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": _CALL},
            "List the tools": {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
            "Initialize": {
                "jsonrpc": "2.0",
                "id": 3,
                "method": "initialize",
                "params": {
                    "protocolVersion": "2025-11-25",
                    "capabilities": {},
                    "clientInfo": {"name": "example", "version": "1"},
                },
            },
        },
        answer={
            "jsonrpc": "2.0",
            "id": 1,
            "result": {"content": [{"type": "text", "text": "[0.7134,0.2561]"}], "isError": False},
        },
        other_statuses={"202": "The message was a notification, which has no answer."},
    )
}
