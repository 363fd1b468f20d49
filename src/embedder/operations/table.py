"""The table of operations, which HTTP and RPC share."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from embedder.access.scopes import ScopeName
from embedder.app import App
from embedder.context import RequestContext
from embedder.operations import documents, requests, texts
from embedder.operations.documents import GetResponse, IndexResponse, Receipt
from embedder.operations.result import Result
from embedder.operations.texts import EmbedResponse, SimilarityResponse
from embedder.vectorize.answers import Matches
from embedder.vectorize.written import Deleted, Written


class Operation(Struct, frozen=True):
    """An operation. The key of its caller needs the `scope`.

    `arguments` names the request fields that RPC takes by position. `query` describes the fields that HTTP takes from
    the query string. `queued` is the response if the work was only queued.
    """

    name: str
    scope: ScopeName
    method: str
    path: str
    request: Any
    response: Any
    handler: Callable[[App, RequestContext, Any], Awaitable[Result]]  # its caller has checked the scope
    arguments: tuple[str, ...]
    summary: str
    query: Mapping[str, str] = {}
    queued: Any = None


TABLE = (
    Operation(
        "embed", "embed", "POST", "/embed", requests.EmbedRequest, EmbedResponse, texts.embed, ("text",),
        "Embed 1 to 100 texts",
    ),
    Operation(
        "similarity", "embed", "POST", "/similarity", requests.SimilarityRequest, SimilarityResponse, texts.similarity,
        ("texts",), "Cosine of a source and texts, or of all pairs of texts",
    ),
    Operation(
        "upsert", "write", "PUT", "/vectors", requests.UpsertRequest, Written, documents.upsert, ("documents",),
        "Embed and store documents", queued=Receipt,
    ),
    Operation(
        "search", "search", "POST", "/search", requests.SearchRequest, Matches, documents.search, ("text",),
        "Search with a text or a stored id",
    ),
    Operation(
        "get", "search", "GET", "/vectors", requests.GetRequest, GetResponse, documents.get, ("ids",),
        "Get stored vectors", {"ids": "Ids, separated by commas."},
    ),
    Operation(
        "delete", "write", "DELETE", "/vectors", requests.DeleteRequest, Deleted, documents.delete, ("ids",),
        "Delete stored vectors by id, by namespace or by filter",
    ),
    Operation(
        "describe", "search", "GET", "/index", requests.DescribeRequest, IndexResponse, documents.describe, (),
        "The index, and whether it fits the model",
    ),
)  # fmt: skip
BY_NAME = {operation.name: operation for operation in TABLE}
