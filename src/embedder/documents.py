"""The operations on the index: upsert documents, search, get, delete, describe."""

from msgspec import Struct

from embedder import prompts, vectorize
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import invalid
from embedder.requests import (
    DeleteRequest,
    DescribeRequest,
    DocumentIn,
    GetRequest,
    OutputFormat,
    PromptOptions,
    SearchRequest,
    UpsertRequest,
)
from embedder.result import Result
from embedder.settings import DIMENSIONS, MODEL
from embedder.store import Row
from embedder.vectorize import Stored


class GetResponse(Struct):
    """Stored vectors, and the ids that are not stored."""

    vectors: list[Stored]
    missing: list[str]


class IndexResponse(Struct):
    """`fits` says whether the dimensions match the model. Vectorize does not report the metric; it must be cosine.

    `vector_count` counts the whole index; it is null for a key that is bound to namespaces.
    """

    fits: bool
    model: str
    model_dimensions: int
    dimensions: int
    vector_count: int | None
    processed_up_to_mutation: str | int | None
    processed_up_to_datetime: str | int | None


async def upsert(app: App, context: RequestContext, request: UpsertRequest) -> Result:
    """Embed documents and store their vectors."""
    documents = request.documents
    vectorize.check_namespace(request.namespace)
    vectorize.check_ids([item.id for item in documents], param="documents")
    rows = [_row(item, index, request) for index, item in enumerate(documents)]
    titles = [item.title or "" for item in documents]
    options = PromptOptions(task=request.task, truncate=request.truncate, title=titles if any(titles) else None)
    texts = [item.text for item in documents]
    prepared = app.embedder.prepare(texts, options, param="documents", default=prompts.DOCUMENT)
    writable = await app.store.to_write(context, rows, "documents[#].id")
    async with app.embedder.batches(prepared, context) as answers:
        written = await app.store.write(writable, answers, context, method=request.mode, wait=request.wait)
    return Result(written, prepared)


def _row(item: DocumentIn, index: int, request: UpsertRequest) -> Row:
    text = item.text if request.keep_text else None
    metadata = vectorize.metadata_json(item.metadata, text, param=f"documents[{index}].metadata")
    return Row(item.id, metadata, request.namespace)


async def search(app: App, context: RequestContext, request: SearchRequest) -> Result:
    """Find the vectors nearest to a text or to a stored vector."""
    if (request.text is None) == (request.id is None):
        raise invalid("Send either text or id.", "text")
    options = vectorize.query_options(
        top_k=request.top_k, values=request.values, metadata=request.metadata, filters=request.filter
    )
    area = app.store.to_search(context, request.namespace)
    prepared = None
    if request.id is not None:
        vectorize.check_ids([request.id], param="id")
        found, values = await app.store.search(area, context, options, name=request.id)
    else:
        prepared = app.embedder.prepare([request.text or ""], request, param="text", default=prompts.QUERY)
        await app.store.check_fit(context)
        [answer] = await app.embedder.embed(prepared, context, OutputFormat())
        found, values = await app.store.search(area, context, options, vectors=answer)
    if request.min_score is not None:
        found.matches = [match for match in found.matches if match.score >= request.min_score]
        found.count = len(found.matches)
    return Result(found, prepared, values)


async def get(app: App, context: RequestContext, request: GetRequest) -> Result:
    """Get stored vectors."""
    vectorize.check_ids(request.ids, param="ids")
    vectors, values = await app.store.get(request.ids, context)
    missing = sorted(set(request.ids) - {vector.id for vector in vectors})
    return Result(GetResponse(vectors, missing), numbers=values)


async def delete(app: App, context: RequestContext, request: DeleteRequest) -> Result:
    """Delete stored vectors by id, by namespace or by filter."""
    by_query = request.namespace is not None or request.filter is not None
    if (request.ids is not None) == by_query:
        raise invalid("Send either ids, or a namespace, a filter or both.", "ids")
    if request.ids is not None:
        vectorize.check_ids(request.ids, param="ids")
        return Result(await app.store.delete(request.ids, context, wait=request.wait))
    vectorize.check_namespace(request.namespace)
    if request.filter is not None:
        vectorize.check_filter_of_deletion(request.filter)
    return Result(await app.store.delete_matching(context, request.namespace, request.filter, wait=request.wait))


async def describe(app: App, context: RequestContext, request: DescribeRequest) -> Result:  # noqa: ARG001
    """Describe the index, and report whether it fits the model."""
    found = await app.store.describe(context)
    return Result(
        IndexResponse(
            found.dimensions == DIMENSIONS,
            MODEL,
            DIMENSIONS,
            found.dimensions,
            found.vector_count,
            found.processed_up_to_mutation,
            found.processed_up_to_datetime,
        )
    )
