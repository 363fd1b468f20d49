"""Vectorize's REST API, for the index that is bound. Callers send and get vectors.

Source: Cloudflare API reference, "Vectorize". The code 3000 as seen live.
"""

from collections.abc import Mapping
from functools import partial

from msgspec import UNSET

from embedder.api.cloudflare import envelope
from embedder.api.cloudflare.envelope import Envelope
from embedder.api.cloudflare.vectorize_bodies import (
    Config,
    DeleteByIdsRequest,
    Indexes,
    IndexOut,
    QueryRequest,
    StoredVectors,
    VectorIn,
    WriteRequest,
)
from embedder.api.routing import JSON, Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import EmbedderError, invalid
from embedder.operations.requests import GetRequest
from embedder.operations.result import Result
from embedder.ports import Vectors
from embedder.vectorize import limits
from embedder.vectorize.answers import Description, Matches, Mutation
from embedder.vectorize.calls import Row
from embedder.vectorize.store import Store

_PREFIX = "/client/v4/accounts/{account}/vectorize/"
_INDEXES = f"{_PREFIX}v2/indexes"
INDEX = f"{_INDEXES}/{{index}}"
_NDJSON = "application/x-ndjson"
_FORM = "multipart/form-data"  # wrangler sends a file in a form
_BAD_REQUEST = 40026
# This service's error codes, and the codes that Vectorize's API uses for the same errors.
_CODES = {
    "not_found": 3000,
    "invalid_json": _BAD_REQUEST,
    "invalid_request": _BAD_REQUEST,
    "unsupported_media_type": _BAD_REQUEST,
    "batch_too_large": 40007,
    "upstream_busy": 40041,
}


def error_text(error: EmbedderError) -> str:
    """Return `error` in the format of Vectorize's API."""
    return envelope.error_text(error, _CODES)


def unknown(path: str) -> EmbedderError:
    """Return the error for a path without a route."""
    message = "a Worker can only read and write the vectors of its index. Use `wrangler vectorize` for the rest."
    return EmbedderError("not_found", f"Unknown path {path[:200]}; {message}")


def _store(app: App, index: str) -> Store:
    """Return the index with this name. Only the bound index exists."""
    bound = app.settings.vectorize_index
    if index != bound:
        raise EmbedderError("not_found", f"Unknown index {index[:64]!r}; this service has the index {bound!r}.")
    return app.require_store()


async def write(
    method: str,
    app: App,
    context: RequestContext,
    request: WriteRequest,
    *,
    index: str,
    query: Mapping[str, str],
    vectors: Vectors,
) -> Result:
    """Store vectors. The method `insert` keeps stored ids as they are, `upsert` replaces them."""
    store = _store(app, index)
    if query.get("unparsable-behavior", "error") != "error":
        raise invalid("This service rejects a body with a line that is not JSON; remove unparsable-behavior.")
    limits.check_ids([item.id for item in request.vectors], param="vectors[#].id")
    rows = [_row(item, f"vectors[{number}]") for number, item in enumerate(request.vectors)]
    writable = await store.to_write(context, rows, "vectors[#].id")
    written = await store.write_one(writable, vectors, context, method=method)
    return Result(Envelope(Mutation(written.mutation_ids[0])))


def _row(item: VectorIn, param: str) -> Row:
    limits.check_namespace(item.namespace, f"{param}.namespace")
    metadata = limits.metadata_json(item.metadata, None, param=f"{param}.metadata")
    return Row(item.id, metadata, item.namespace)


async def query(app: App, context: RequestContext, request: QueryRequest, *, index: str, vectors: Vectors) -> Result:
    """Find the vectors nearest to a vector or to a stored one."""
    store = _store(app, index)
    if (request.vector is UNSET) == (request.vector_id is None):
        raise invalid("Send either vector or vectorId.", "vector")
    options = limits.query_options(
        top_k=request.top_k,
        values=["returnValues"] if request.return_values else [],
        metadata=request.return_metadata,
        filters=request.filter,
        param="topK",
    )
    area = store.to_search(context, request.namespace)
    if request.vector_id is not None:
        limits.check_id(request.vector_id, "vectorId")
        matches, values = await store.search(area, context, options, name=request.vector_id)
    else:
        await store.check_fit(context)
        matches, values = await store.search(area, context, options, vectors=vectors)
    return Result(Envelope(matches), numbers=values)


async def get_by_ids(app: App, context: RequestContext, request: GetRequest, *, index: str) -> Result:
    """Get stored vectors. Missing ids are skipped."""
    limits.check_ids(request.ids, param="ids[#]")
    stored, values = await _store(app, index).get(request.ids, context)
    return Result(Envelope(stored), numbers=values)


async def delete_by_ids(app: App, context: RequestContext, request: DeleteByIdsRequest, *, index: str) -> Result:
    """Delete stored vectors."""
    store = _store(app, index)
    limits.check_ids(request.ids, param="ids[#]")
    written = await store.delete(request.ids, context, wait=False)
    return Result(Envelope(Mutation(written.mutation_ids[-1] if written.mutation_ids else "")))


async def info(app: App, context: RequestContext, body: None, *, index: str) -> Result:
    """Describe the content of the index."""
    return Result(Envelope(await _store(app, index).describe(context)))


async def get(app: App, context: RequestContext, body: None, *, index: str) -> Result:
    """Describe the index."""
    return Result(Envelope(await _index(app, _store(app, index), context)))


async def list_all(app: App, context: RequestContext, body: None) -> Result:
    """List the one index."""
    return Result(Envelope([await _index(app, app.require_store(), context)]))


async def _index(app: App, store: Store, context: RequestContext) -> IndexOut:
    return IndexOut(app.settings.vectorize_index, Config((await store.describe(context)).dimensions))


_ROUTES = (
    Route(
        method="GET",
        path=_INDEXES,
        handler=list_all,
        summary="The index (Vectorize REST)",
        response=Indexes,
        scope="search",
    ),
    Route(
        method="GET",
        path=INDEX,
        handler=get,
        summary="The index (Vectorize REST)",
        response=Envelope[IndexOut],
        scope="search",
    ),
    Route(
        method="GET",
        path=f"{INDEX}/info",
        handler=info,
        summary="What the index contains (Vectorize REST)",
        response=Envelope[Description],
        scope="search",
    ),
    Route(
        method="POST",
        path=f"{INDEX}/insert",
        handler=partial(write, "insert"),
        summary="Store new vectors (Vectorize REST)",
        body=WriteRequest,
        response=Envelope[Mutation],
        media_types=(JSON, _NDJSON, _FORM),
        scope="write",
        vectors="vectors",
        takes_query=True,
    ),
    Route(
        method="POST",
        path=f"{INDEX}/upsert",
        handler=partial(write, "upsert"),
        summary="Store vectors (Vectorize REST)",
        body=WriteRequest,
        response=Envelope[Mutation],
        media_types=(JSON, _NDJSON, _FORM),
        scope="write",
        vectors="vectors",
        takes_query=True,
    ),
    Route(
        method="POST",
        path=f"{INDEX}/query",
        handler=query,
        summary="Search with a vector or a stored id (Vectorize REST)",
        body=QueryRequest,
        response=Envelope[Matches],
        scope="search",
        vectors="vector",
    ),
    Route(
        method="POST",
        path=f"{INDEX}/get_by_ids",
        handler=get_by_ids,
        summary="Get stored vectors (Vectorize REST)",
        body=GetRequest,
        response=StoredVectors,
        scope="search",
    ),
    Route(
        method="POST",
        path=f"{INDEX}/delete_by_ids",
        handler=delete_by_ids,
        summary="Delete stored vectors (Vectorize REST)",
        body=DeleteByIdsRequest,
        response=Envelope[Mutation],
        scope="write",
    ),
)
APIS = (Api(prefixes=(_PREFIX,), routes=_ROUTES, error_text=error_text, unknown=unknown, lenient=True),)
