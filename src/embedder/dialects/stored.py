"""Routes of the Vectorize index: documents in, matches out. No I/O."""

from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec

from embedder import prompts, vectorize
from embedder.dialects import options
from embedder.dialects.openai import error_body
from embedder.dialects.options import PromptOptions, Text
from embedder.errors import BatchTooLargeError, InvalidRequestError
from embedder.routing import Call, HttpResponse, Route
from embedder.settings import DIMENSIONS, MODEL
from embedder.store import Document, Matches, Stored, Written

UPSERT, INSERT = "upsert", "insert"
TEXT_KEY = "text"
MAX_GET_IDS = 100
DEFAULT_TOP_K = 5

Id = Annotated[str, msgspec.Meta(min_length=1, extra_json_schema={"maxLength": vectorize.MAX_ID_BYTES})]
Namespace = Annotated[
    str | None, msgspec.Meta(description="Searched on its own; at most 64 bytes. Source: Vectorize, Limits.")
]
Wait = Annotated[bool, msgspec.Meta(description="Answer when the write can be read, or when WAIT_S seconds are over.")]


class DocumentIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A document to embed and store. `metadata` takes at most 10 KiB of JSON, the kept text included."""

    id: Id
    text: Text
    title: str | None = None
    metadata: dict[str, Any] | None = None


class PutRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """At most 1,000 documents; the document prompt by default."""

    documents: Annotated[list[DocumentIn], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": 1000})]
    namespace: Namespace = None
    mode: Annotated[str, msgspec.Meta(extra_json_schema={"enum": [UPSERT, INSERT]})] = UPSERT
    keep_text: Annotated[bool, msgspec.Meta(description='Keep the text in metadata under "text".')] = True
    task: options.Task = None
    truncate: options.Truncate = None
    wait: Wait = False


class DeleteRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    ids: Annotated[list[Id], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": 1000})]
    wait: Wait = False


class SearchRequest(PromptOptions, kw_only=True):
    """A text, or the id of a stored vector; the query prompt by default."""

    text: Text | None = None
    id: Id | None = None
    top_k: Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 1, "maximum": 100})] = DEFAULT_TOP_K
    namespace: Namespace = None
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
    found = _documents(body)
    plan = options.plan(
        call.service,
        [item.text for item in body.documents],
        PromptOptions(task=body.task, truncate=body.truncate, title=_titles(body)),
        param="documents",
        task=prompts.DOCUMENT,
    )
    written, _ = await call.store.write(found, plan, call.trace, namespace=body.namespace, insert=body.mode == INSERT)
    return await _written(call, written, wait=body.wait, headers=options.plan_headers(plan))


def _documents(body: PutRequest) -> list[Document]:
    """Check everything that Vectorize could refuse, before anything is paid."""
    _limit(len(body.documents), vectorize.MAX_VECTORS, "documents")
    options.check(body.mode, (UPSERT, INSERT), "mode")
    vectorize.check_namespace(body.namespace)
    vectorize.check_ids([item.id for item in body.documents], param="documents")
    return [
        Document(
            item.id, document_metadata(item.metadata, item.text if body.keep_text else None, f"documents[{place}]")
        )
        for place, item in enumerate(body.documents)
    ]


def document_metadata(metadata: dict[str, Any] | None, text: str | None, param: str) -> bytes | None:
    """Return the metadata to store as JSON, the text included if it is to be kept; None if there is nothing."""
    if text is not None and TEXT_KEY in (metadata or {}):
        raise InvalidRequestError(
            f"{param}.metadata.{TEXT_KEY}: the text is kept under this key; send keep_text false to use your own.",
            param=f"{param}.metadata.{TEXT_KEY}",
        )
    full = {**(metadata or {}), **({TEXT_KEY: text} if text is not None else {})}
    return vectorize.metadata_json(full, param=f"{param}.metadata") if full else None


def _titles(body: PutRequest) -> list[str] | None:
    titles = [item.title or "" for item in body.documents]
    return titles if any(titles) else None


async def _written(call: Call, written: Written, *, wait: bool, headers: dict[str, str]) -> HttpResponse:
    if wait or "true" in _query(call, "wait"):
        await call.store.wait(written)
    return HttpResponse(200, msgspec.json.encode(written), headers)


async def get(call: Call) -> HttpResponse:
    ids = [name for given in _query(call, "ids") for name in given.split(",")]
    _limit(len(ids), MAX_GET_IDS, "ids")
    vectorize.check_ids(ids, param="ids")
    found = await call.store.get(ids)
    missing = sorted(set(ids) - {item.id for item in found})
    return HttpResponse(200, msgspec.json.encode(GetResponse(found, missing)))


async def delete(call: Call) -> HttpResponse:
    body: DeleteRequest = call.body
    _limit(len(body.ids), vectorize.MAX_VECTORS, "ids")
    vectorize.check_ids(body.ids, param="ids")
    return await _written(call, await call.store.delete(body.ids), wait=body.wait, headers={})


async def search(call: Call) -> HttpResponse:
    body: SearchRequest = call.body
    wanted = _query_options(body)
    if (body.text is None) == (body.id is None):
        raise InvalidRequestError("Send either text or id.", param="text")
    headers: dict[str, str] = {}
    if body.id is not None:
        vectorize.check_ids([body.id], param="id")
        answer = await call.store.search_by_id(body.id, wanted)
    else:
        plan = options.plan(call.service, [body.text or ""], body, param="text", task=prompts.QUERY)
        headers = options.plan_headers(plan)
        answer = await call.store.search(await call.store.embed_query(plan, call.trace), wanted)
    return HttpResponse(200, answer if body.min_score is None else _at_least(answer, body.min_score), headers)


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


def _query(call: Call, name: str) -> list[str]:
    return parse_qs(call.request.query).get(name, [])


def _limit(count: int, limit: int, param: str) -> None:
    if not count:
        raise InvalidRequestError(f"{param} is empty; send 1 to {limit}.", param=param)
    if count > limit:
        raise BatchTooLargeError(f"{param} holds {count} items; the limit is {limit} a request.", param=param)


def _route(method: str, path: str, handler: Any, summary: str, **more: Any) -> Route:  # noqa: ANN401
    return Route(method=method, path=path, handler=handler, summary=summary, errors=error_body, **more)


ROUTES = (
    _route("PUT", "/vectors", put, "Embed and store documents", body=PutRequest, response=Written),
    _route("GET", "/vectors", get, "Read stored vectors", response=GetResponse, query={"ids": "Ids, commas between."}),
    _route("DELETE", "/vectors", delete, "Delete stored vectors", body=DeleteRequest, response=Written),
    _route("POST", "/search", search, "Search with a text or a stored id", body=SearchRequest, response=Matches),
    _route("GET", "/index", index, "The index, and whether it fits the model", response=IndexResponse),
)
