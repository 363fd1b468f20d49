"""Routes of the Vectorize index: documents in, matches out. No I/O."""

from typing import Annotated, Any

import msgspec

from embedder import prompts, vectorize
from embedder.dialects import options, storing
from embedder.dialects.options import PromptOptions, Text
from embedder.errors import BatchTooLargeError, InvalidRequestError
from embedder.index import Matches, Stored, Written
from embedder.model import Plan
from embedder.routing import Call, HttpResponse, Route
from embedder.settings import DIMENSIONS, MODEL

MAX_GET_IDS = 100
DEFAULT_TOP_K = 5


class DocumentIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A document to embed and store. `metadata` takes at most 10 KiB of JSON, the kept text included."""

    id: storing.Id
    text: Text
    title: str | None = None
    metadata: dict[str, Any] | None = None


class PutRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """At most 1,000 documents; the document prompt by default."""

    documents: Annotated[list[DocumentIn], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": 1000})]
    namespace: storing.Namespace = None
    mode: storing.Mode = storing.UPSERT
    keep_text: storing.KeepText = True
    task: options.Task = None
    truncate: options.Truncate = None
    wait: storing.Wait = False


class DeleteRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    ids: Annotated[list[storing.Id], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": 1000})]
    wait: storing.Wait = False


class SearchRequest(PromptOptions, kw_only=True):
    """A text, or the id of a stored vector; the query prompt by default."""

    text: Text | None = None
    id: storing.Id | None = None
    top_k: Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 1, "maximum": 100})] = DEFAULT_TOP_K
    namespace: storing.Namespace = None
    filter: dict[str, Any] | None = None
    values: bool = False
    metadata: Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(vectorize.METADATA_LEVELS)})] = vectorize.ALL
    min_score: float | None = None


class GetResponse(msgspec.Struct):
    vectors: list[Stored]
    missing: list[str]


class IndexResponse(msgspec.Struct):
    """`fits`: whether the index can hold the model's vectors. Vectorize does not tell its metric; use cosine."""

    fits: bool
    model: str
    model_dimensions: int
    dimensions: int
    vector_count: int
    processed_up_to_mutation: str | int | None
    processed_up_to_datetime: str | int | None


async def put(call: Call) -> HttpResponse:
    body: PutRequest = call.body
    _limit(len(body.documents), vectorize.MAX_VECTORS, "documents")
    found = storing.check(
        [item.id for item in body.documents],
        [item.text if body.keep_text else None for item in body.documents],
        [item.metadata for item in body.documents],
        namespace=body.namespace,
        mode=body.mode,
        param="documents",
    )
    plan = options.plan(
        call.service,
        [item.text for item in body.documents],
        PromptOptions(task=body.task, truncate=body.truncate, title=_titles(body)),
        param="documents",
        task=prompts.DOCUMENT,
    )
    written, _ = await call.store.write(
        found, plan, call.trace, namespace=body.namespace, insert=body.mode == storing.INSERT
    )
    return await _written(call, written, wait=body.wait, plan=plan)


def _titles(body: PutRequest) -> list[str] | None:
    titles = [item.title or "" for item in body.documents]
    return titles if any(titles) else None


async def _written(call: Call, written: Written, *, wait: bool, plan: Plan | None = None) -> HttpResponse:
    if wait or call.params.get("wait") == "true":
        await call.store.wait(written, call.trace)
    return HttpResponse(200, msgspec.json.encode(written), plan=plan)


async def get(call: Call) -> HttpResponse:
    return await read(call, [name for name in call.params.get("ids", "").split(",") if name])


async def read(call: Call, ids: list[str]) -> HttpResponse:
    """Answer the stored vectors with these ids, and which of them are not there."""
    _limit(len(ids), MAX_GET_IDS, "ids")
    vectorize.check_ids(ids, param="ids")
    found = await call.store.get(ids)
    missing = sorted(set(ids) - {item.id for item in found})
    return HttpResponse(200, msgspec.json.encode(GetResponse(found, missing)))


async def delete(call: Call) -> HttpResponse:
    body: DeleteRequest = call.body
    _limit(len(body.ids), vectorize.MAX_VECTORS, "ids")
    vectorize.check_ids(body.ids, param="ids")
    return await _written(call, await call.store.delete(body.ids), wait=body.wait)


async def search(call: Call) -> HttpResponse:
    body: SearchRequest = call.body
    wanted = _query_options(body)
    if (body.text is None) == (body.id is None):
        raise InvalidRequestError("Send either text or id.", param="text")
    plan = None
    if body.id is not None:
        vectorize.check_ids([body.id], param="id")
        answer = await call.store.search_by_id(body.id, wanted)
    else:
        plan = options.plan(call.service, [body.text or ""], body, param="text", task=prompts.QUERY)
        answer = await call.store.search(await call.store.embed_query(plan, call.trace), wanted)
    return HttpResponse(200, answer if body.min_score is None else _at_least(answer, body.min_score), plan=plan)


def _query_options(body: SearchRequest) -> dict[str, Any]:
    """Return Vectorize's options for a search, after checking every limit."""
    options.check(body.metadata, vectorize.METADATA_LEVELS, "metadata")
    vectorize.check_top_k(body.top_k, full=body.values or body.metadata == vectorize.ALL)
    vectorize.check_namespace(body.namespace)
    wanted: dict[str, Any] = {"topK": body.top_k, "returnValues": body.values, "returnMetadata": body.metadata}
    if body.namespace is not None:
        wanted["namespace"] = body.namespace
    if body.filter is not None:
        vectorize.check_filter(body.filter)
        wanted["filter"] = body.filter
    return wanted


def _at_least(answer: bytes, score: float) -> bytes:
    matches = [item for item in msgspec.json.decode(answer, type=Matches).matches if item.score >= score]
    return msgspec.json.encode(Matches(len(matches), matches))


async def index(call: Call) -> HttpResponse:
    found = await call.store.describe()
    answer = IndexResponse(
        found.dimensions == DIMENSIONS,
        MODEL,
        DIMENSIONS,
        found.dimensions,
        found.vector_count,
        found.processed_up_to_mutation,
        found.processed_up_to_datetime,
    )
    return HttpResponse(200, msgspec.json.encode(answer))


def _limit(count: int, limit: int, param: str) -> None:
    if not count:
        raise InvalidRequestError(f"{param} is empty; send 1 to {limit}.", param=param)
    if count > limit:
        raise BatchTooLargeError(f"{param} holds {count} items; the limit is {limit} a request.", param=param)


def _route(method: str, path: str, handler: Any, summary: str, **more: Any) -> Route:  # noqa: ANN401
    return Route(method=method, path=path, handler=handler, summary=summary, **more)


ROUTES = (
    _route("PUT", "/vectors", put, "Embed and store documents", body=PutRequest, response=Written),
    _route("GET", "/vectors", get, "Read stored vectors", response=GetResponse, query={"ids": "Ids, commas between."}),
    _route("DELETE", "/vectors", delete, "Delete stored vectors", body=DeleteRequest, response=Written),
    _route("POST", "/search", search, "Search with a text or a stored id", body=SearchRequest, response=Matches),
    _route("GET", "/index", index, "The index, and whether it fits the model", response=IndexResponse),
)
