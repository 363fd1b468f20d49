"""Model Context Protocol: tools for agents. The server is stateless and answers with JSON.

Source: the specification, versions 2026-07-28 (`server/discover`) and 2025-11-25 (`initialize`), "Streamable HTTP" and
"Tools".
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType
from msgspec.structs import replace

from embedder.api.mcp import tools
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.encoding import merged
from embedder.errors import EmbedderError
from embedder.operations.result import Result

MODERN = "2026-07-28"
# The last is older than the transport, but the Python SDK 1.8 sends it over this one, and rejects any newer answer.
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
SERVER = {"name": "embedder", "version": "0.1.0"}
_ABOUT = {
    "capabilities": {"tools": {}},
    "instructions": "Search, read and store texts by meaning, and compare texts with each other.",
}
_CACHING = {"ttlMs": 0, "cacheScope": "private"}
_META = "io.modelcontextprotocol/"
# What every result has in version 2026-07-28.
_COMPLETE = {"resultType": "complete", "_meta": {f"{_META}serverInfo": SERVER}}
_PARSE_ERROR, _INVALID_REQUEST, _METHOD_NOT_FOUND, _INTERNAL_ERROR = -32700, -32600, -32601, -32603
_UNSUPPORTED_VERSION = -32022
_CALL = "tools/call"
_MAX_QUOTED_CHARS = 100
MAX_BATCH = 20  # messages


class McpParams(Struct):
    """Parameters of a call. Other fields are ignored."""

    name: Annotated[str, Meta(description="The name of the tool.")] = ""
    arguments: Annotated[Raw, Meta(description="The arguments of the tool, as `tools/list` describes them.")] = (
        msgspec.field(default_factory=lambda: Raw(b"{}"))
    )
    protocol_version: Annotated[str, Meta(description="The version that the client of `initialize` wants.")] = (
        msgspec.field(default="", name="protocolVersion")
    )
    meta: Annotated[dict[str, Any], Meta(description="Metadata of the request, with the version of the protocol.")] = (
        msgspec.field(default_factory=dict, name="_meta")
    )


class McpMessage(Struct):
    """A JSON-RPC request, or a notification, which has no id."""

    jsonrpc: Annotated[Literal["2.0"], Meta(description="The version of JSON-RPC.")]
    method: Annotated[
        str, Meta(description="`tools/call`, `tools/list`, `initialize`, `server/discover`, `ping`, or a notification.")
    ]
    id: Annotated[
        int | str | UnsetType, Meta(description="The id of the answer. Without it, the message is a notification.")
    ] = UNSET
    params: Annotated[McpParams, Meta(description="The parameters of the method.")] = msgspec.field(
        default_factory=McpParams
    )


class McpAnswer(Struct, omit_defaults=True):
    """A JSON-RPC response."""

    jsonrpc: Annotated[str, Meta(description="The version of JSON-RPC.")]
    id: Annotated[int | str | None, Meta(description="The id of the request.")]
    result: Annotated[dict[str, Any] | None, Meta(description="The result of the method.")] = None
    error: Annotated[dict[str, Any] | None, Meta(description="An error of the protocol.")] = None


McpBody = McpMessage | Annotated[list[McpMessage], Meta(min_length=1, max_length=MAX_BATCH)]


async def handle(app: App, context: RequestContext, body: McpMessage | list[McpMessage]) -> Result:
    """Answer one message, or a batch of version 2025-03-26. Notifications have an empty answer."""
    return await (_answer(app, context, body) if isinstance(body, McpMessage) else _batch(app, context, body))


async def _batch(app: App, context: RequestContext, messages: list[McpMessage]) -> Result:
    """Answer messages one after the other. One may call a tool: the limits of a request are those of one call."""
    calls = [message for message in messages if message.method == _CALL and message.id is not UNSET]
    text = f"A batch takes one {_CALL}; send the others on their own."
    rejections = {id(message): _error(message, _INVALID_REQUEST, text) for message in calls[1:]}
    answers = [rejections.get(id(message)) or await _answer(app, context, message) for message in messages]
    body = [answer.body for answer in answers if answer.body is not None] or None
    called = next((answer for answer in answers if answer.numbers is not None), Result(None))
    return replace(called, body=body, status=200 if body else 202)


async def _answer(app: App, context: RequestContext, message: McpMessage) -> Result:
    if message.id is UNSET:
        return Result(None, status=202)
    version = message.params.meta.get(f"{_META}protocolVersion", MODERN)
    if version not in (MODERN, *LEGACY):
        data = {"supported": [MODERN], "requested": version[:_MAX_QUOTED_CHARS] if isinstance(version, str) else None}
        return _error(message, _UNSUPPORTED_VERSION, f"Unsupported protocol version; use {MODERN}.", data)
    if message.method == _CALL:
        return _result(message, await tools.call(app, context, message.params.name, bytes(message.params.arguments)))
    result = _plain_result(app, context, message)
    if result is None:
        return _error(message, _METHOD_NOT_FOUND, f"Unknown method {message.method[:_MAX_QUOTED_CHARS]!r}.")
    return _result(message, Result(result))


def _plain_result(app: App, context: RequestContext, message: McpMessage) -> dict[str, Any] | None:
    """Return the result of a method that calls nothing; None for an unknown method."""
    match message.method:
        case "initialize":
            wanted = message.params.protocol_version
            return {"protocolVersion": wanted if wanted in LEGACY else LEGACY[0], "serverInfo": SERVER, **_ABOUT}
        case "server/discover":
            return {"supportedVersions": [MODERN], **_ABOUT, **_CACHING}
        case "tools/list":
            return {"tools": [tools.describe(name) for name in tools.usable(app, context)], **_CACHING}
        case "ping":
            return {}
    return None


def _result(message: McpMessage, result: Result) -> Result:
    """Return the response to a message."""
    body = merged(result.body, _COMPLETE) if message.params.meta else result.body
    return replace(result, body={"jsonrpc": "2.0", "id": message.id, "result": body})


def _error(message: McpMessage, code: int, text: str, data: object = None) -> Result:
    error = {"code": code, "message": text, **({"data": data} if data else {})}
    return Result({"jsonrpc": "2.0", "id": message.id, "error": error})


def error_text(error: EmbedderError) -> str:
    """Return `error` in the format of JSON-RPC."""
    code = _PARSE_ERROR if error.code == "invalid_json" else _INVALID_REQUEST if error.status < 500 else _INTERNAL_ERROR
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": error.message}}
    return msgspec.json.encode(body).decode()


_ROUTE = Route(
    method="POST",
    path="/mcp",
    handler=handle,
    summary="Tools for agents (Model Context Protocol)",
    body=McpBody,
    response=McpAnswer | list[McpAnswer],
    scope="any",
)
# "Servers MUST validate the Origin header on all incoming connections to prevent DNS rebinding attacks" (Transports)
APIS = (Api(routes=(_ROUTE,), error_text=error_text, checks_origin=True, lenient=True),)
