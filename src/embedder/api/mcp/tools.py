"""The operations as tools for agents. Results contain texts and scores, never vectors."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from embedder.api.mcp.arguments import decode
from embedder.app import App
from embedder.context import RequestContext
from embedder.encoding import TEXT_PLACEHOLDER
from embedder.errors import EmbedderError, invalid
from embedder.operations import requests, table
from embedder.operations.operation import Operation
from embedder.operations.requests import DocumentIn, Text, Texts
from embedder.operations.result import Result
from embedder.settings import MAX_TEXTS_PER_CALL
from embedder.stored import Id, Namespace
from embedder.vectorize.answers import Match, Stored, members

_SEARCH, _GET, _UPSERT, _SIMILARITY = (table.BY_NAME[name] for name in ("search", "get", "upsert", "similarity"))
_EXACT = "Exact scores, which take longer. They are approximate without this, min_score or diversity."
_DIVERSITY = "More than 0: results that differ from each other, in the order in which they were chosen."
_FILTER = 'Metadata filter, such as {"year": {"$gte": 2020}}.'


class Search(Struct, forbid_unknown_fields=True, kw_only=True):
    """Find the stored texts whose meaning is nearest to a text. Scores are cosines: 1 is the same meaning."""

    text: Text
    top_k: Annotated[int, Meta(ge=1, le=20)] = 5
    namespace: Namespace = None
    filter: Annotated[dict[str, Any] | None, Meta(description=_FILTER)] = None
    min_score: float | None = None
    exact: Annotated[bool, Meta(description=_EXACT)] = False
    diversity: Annotated[float, Meta(ge=0, le=1, description=_DIVERSITY)] = 0


class Get(Struct, forbid_unknown_fields=True):
    """Get stored texts and their metadata by id."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=20)]


class Store(Struct, forbid_unknown_fields=True, kw_only=True):
    """Store texts, so that `search` finds them. A text with an id that is already stored replaces it."""

    documents: Annotated[list[DocumentIn], Meta(min_length=1, max_length=MAX_TEXTS_PER_CALL)]
    namespace: Namespace = None


class Compare(Struct, forbid_unknown_fields=True, kw_only=True):
    """Compare the meaning of a text (source) with other texts, or of all texts with each other. Returns cosines."""

    source: Text | None = None
    texts: Texts


class Tool(Struct, frozen=True):
    """A tool: the operation that it calls, its arguments, and how it calls the operation with them."""

    operation: Operation
    arguments: Any
    run: Callable[[App, RequestContext, Any], Awaitable[Result]]

    @property
    def read_only(self) -> bool:
        return self.operation.scope != "write"


async def _search(app: App, context: RequestContext, arguments: Search) -> Result:
    fields = {name: getattr(arguments, name) for name in arguments.__struct_fields__}
    results = (await _SEARCH.handler(app, context, requests.SearchRequest(**fields))).body
    matches = [_readable(match) for match in results.matches]
    body = {"matches": matches, "exact": results.exact, "order": results.order}
    return Result(_content(msgspec.json.encode(body).decode()))


async def _get(app: App, context: RequestContext, arguments: Get) -> Result:
    response = (await _GET.handler(app, context, requests.GetRequest(ids=arguments.ids))).body
    body = {"documents": [_readable(vector) for vector in response.vectors], "missing": response.missing}
    return Result(_content(msgspec.json.encode(body).decode()))


async def _store(app: App, context: RequestContext, arguments: Store) -> Result:
    request = requests.UpsertRequest(documents=arguments.documents, namespace=arguments.namespace)
    return Result(_content(msgspec.json.encode((await _UPSERT.handler(app, context, request)).body).decode()))


async def _compare(app: App, context: RequestContext, arguments: Compare) -> Result:
    request = requests.SimilarityRequest(source=arguments.source, texts=arguments.texts)
    result = await _SIMILARITY.handler(app, context, request)
    # The scores are numbers of JavaScript. Their JSON needs no escapes, so it can be written into a JSON string.
    return Result(_content(TEXT_PLACEHOLDER), result.prepared, result.numbers)


def _readable(item: Match | Stored) -> dict[str, Any]:
    """Return a stored text without its vector."""
    metadata = members(item.metadata)
    text = metadata.pop("text", None)
    is_null = text is not None and bytes(text) == b"null"
    fields: dict[str, Any] = {"id": item.id, "text": None if is_null else text, "metadata": metadata or None}
    if isinstance(item, Match):
        fields["score"] = item.score
    return {name: value for name, value in fields.items() if value is not None}


def _content(text: object, *, is_error: bool = False) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "isError": is_error}


TOOLS = {
    "search": Tool(_SEARCH, Search, _search),
    "get": Tool(_GET, Get, _get),
    "store": Tool(_UPSERT, Store, _store),
    "compare": Tool(_SIMILARITY, Compare, _compare),
}


def usable(app: App, context: RequestContext) -> list[str]:
    """Return the names of the tools that the caller may use. Without an index, there is only `compare`."""
    names = [name for name in TOOLS if app.store or name == "compare"]
    return [name for name in names if context.access.allows(TOOLS[name].operation.scope)]


def _resolved(schema: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Return a schema with the definitions in the places that refer to them. No Struct contains itself."""
    if isinstance(schema, list):
        return [_resolved(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    name = schema.get("$ref", "").rpartition("/")[2]
    whole = {**definitions[name], **schema} if name else schema
    return {key: _resolved(part, definitions) for key, part in whole.items() if key != "$ref"}


@cache
def describe(name: str) -> dict[str, Any]:
    """Return a tool as `tools/list` describes it. Its schema has no references: some hosts can't follow them."""
    schema = msgspec.json.schema(TOOLS[name].arguments)
    definitions = schema.pop("$defs")
    root = definitions.pop(schema.pop("$ref").rpartition("/")[2])
    description = root.pop("description")
    schema = {"type": "object", **_resolved(root, definitions)}
    hints = {"readOnlyHint": TOOLS[name].read_only, "idempotentHint": True, "openWorldHint": False}
    return {"name": name, "description": description, "inputSchema": schema, "annotations": hints}


async def call(app: App, context: RequestContext, name: str, arguments: bytes) -> Result:
    """Call a tool. Errors are results too, so that a model can correct them."""
    tool = TOOLS.get(name)
    try:
        if tool is None:
            raise invalid(f"Unknown tool {name[:100]!r}; use {', '.join(TOOLS)}.")
        context.access.require(tool.operation.scope)
        return await tool.run(app, context, decode(arguments, tool.arguments))
    except EmbedderError as error:
        context.log.code = error.code
        return Result(_content(error.message, is_error=True))
