"""The operations on the index, except search: upsert documents, get, delete, describe."""

from typing import Annotated

from msgspec import Meta, Struct

from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.embedder import PreparedTexts
from embedder.embedding.options import FLOATS, PromptOptions
from embedder.errors import EmbedderError, invalid
from embedder.names.tasks import DOCUMENT
from embedder.operations import messages
from embedder.operations.operation import Operation
from embedder.operations.requests import (
    DeleteRequest,
    DescribeRequest,
    DocumentIn,
    GetRequest,
    UpsertOptions,
    UpsertRequest,
)
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS, MAX_TEXTS_PER_CALL, MODEL
from embedder.stored import Deleted, Written, partly_accepted
from embedder.vectorize import limits
from embedder.vectorize.answers import Stored
from embedder.vectorize.calls import Row


class Receipt(Struct):
    """Documents that the queue accepted. The log lines of their batches have ids of their own."""

    ids: Annotated[list[str], Meta(description="The ids of the documents.")]
    count: Annotated[int, Meta(description="The number of documents.")]
    request_id: Annotated[str, Meta(description="The id of the request, as the operator's log has it.")]


class GetResponse(Struct):
    """Stored vectors, and the ids that are not stored."""

    vectors: Annotated[list[Stored], Meta(description="The vectors that were found.")]
    missing: Annotated[list[str], Meta(description="The ids that are not stored.")]


class IndexResponse(Struct):
    """`fits` says whether the dimensions match the model. The binding does not report the metric; it must be cosine.

    `vector_count` counts the whole index; it is null for a key that is bound to namespaces.
    """

    fits: Annotated[bool, Meta(description="Whether the dimensions of the index are those of the model.")]
    model: Annotated[str, Meta(description="The model name.")]
    model_dimensions: Annotated[int, Meta(description="The dimensions of the model.")]
    dimensions: Annotated[int, Meta(description="The dimensions of the index.")]
    vector_count: Annotated[int | None, Meta(description="The number of stored vectors.")]
    processed_up_to_mutation: Annotated[str | int | None, Meta(description="The last write that searches see.")]
    processed_up_to_datetime: Annotated[str | int | None, Meta(description="The time of that write.")]


async def upsert(app: App, context: RequestContext, request: UpsertRequest) -> Result:
    """Embed documents and store their vectors, or queue them for that."""
    rows = check(request.documents, request)
    if len(rows) > MAX_TEXTS_PER_CALL:
        await context.lifetime.yield_to_others()
    prepared = add_prompts(app, request.documents, request)
    if request.queue:
        return await _enqueue(app, context, request, rows, prepared)
    written = await write(app, context, rows, prepared, mode=request.mode)
    if request.wait:
        for texts in (request.documents, rows, prepared.texts):  # another request may need their memory meanwhile
            texts.clear()
        await app.require_store().wait_for(written, context)
    return Result(written, prepared)


def check(documents: list[DocumentIn], options: UpsertOptions) -> list[Row]:
    """Check documents against the limits of the index, and return their rows."""
    limits.check_namespace(options.namespace)
    limits.check_ids([item.id for item in documents], param="documents[#].id")
    return [_row(item, index, options) for index, item in enumerate(documents)]


def add_prompts(
    app: App, documents: list[DocumentIn], options: UpsertOptions, *, reported: bool = True
) -> PreparedTexts:
    """Add prompts to the texts of documents. This does not call the model. `reported`: see `Embedder.prepare`."""
    titles = [item.title or "" for item in documents]
    prompt = PromptOptions(task=options.task, truncate=options.truncate, title=titles if any(titles) else None)
    texts = [item.text for item in documents]
    path = "documents[#].text"
    return app.embedder.prepare(texts, prompt, param=path, default=DOCUMENT, reported=reported)


def _row(item: DocumentIn, index: int, options: UpsertOptions) -> Row:
    limits.check_text(item.text, f"documents[{index}].text")
    text = item.text if options.keep_text else None
    metadata = limits.metadata_json(item.metadata, text, param=f"documents[{index}].metadata")
    return Row(item.id, metadata, options.namespace)


async def write(app: App, context: RequestContext, rows: list[Row], prepared: PreparedTexts, *, mode: str) -> Written:
    """Embed prepared documents and store their vectors. Of several calls of the model, each is stored as it arrives."""
    store = app.require_store()
    writable = await store.to_write(context, rows, "documents[#].id")
    if len(rows) <= MAX_TEXTS_PER_CALL:
        [answer] = await app.embedder.embed(prepared, context, FLOATS)
        return await store.write_one(writable, answer, context, method=mode)
    async with app.embedder.batches(prepared, context) as answers:
        return await store.write(writable, answers, context, method=mode)


async def _enqueue(
    app: App, context: RequestContext, request: UpsertRequest, rows: list[Row], prepared: PreparedTexts
) -> Result:
    """Send one message per document. Nothing is sent unless every message fits into the queue."""
    if request.wait:
        raise invalid("wait and queue can't be combined; remove one of them.", "wait")
    if app.ingest is None:
        message = 'No queue is bound: add [[queues.producers]] with binding = "INGEST" to wrangler.toml.'
        raise EmbedderError("queue_not_configured", message)
    request.namespace = context.access.namespace(request.namespace)
    prepared.texts.clear()  # the messages have the texts without prompts
    if len(rows) > MAX_TEXTS_PER_CALL:
        await context.lifetime.yield_to_others()
    bodies = messages.encode(request, context.log.request_id, bound=context.access.namespaces is not None)
    await app.require_store().to_write(context, rows, "documents[#].id")
    ids = [item.id for item in request.documents]
    try:
        for part in messages.batches(bodies):
            await app.ingest.send(context.lifetime, part)
            context.log.queued += len(part)
    except EmbedderError as error:
        raise partly_accepted(error, ids, context.log.queued) from error
    return Result(Receipt(ids, len(ids), context.log.request_id), prepared, status=202)


async def get(app: App, context: RequestContext, request: GetRequest) -> Result:
    """Get stored vectors."""
    limits.check_ids(request.ids, param="ids[#]")
    vectors, values = await app.require_store().get(request.ids, context)
    missing = sorted(set(request.ids) - {vector.id for vector in vectors})
    return Result(GetResponse(vectors, missing), numbers=values)


async def delete(app: App, context: RequestContext, request: DeleteRequest) -> Result:
    """Delete stored vectors by id, by namespace or by filter."""
    by_query = request.namespace is not None or request.filter is not None
    if (request.ids is not None) == by_query:
        raise invalid("Send either ids, or a namespace, a filter or both.", "ids")
    if request.ids is not None:
        limits.check_ids(request.ids, param="ids[#]")
        return Result(await app.require_store().delete(request.ids, context, wait=request.wait))
    limits.check_namespace(request.namespace)
    if request.filter is not None:
        limits.check_filter_of_deletion(request.filter)
    return Result(
        await app.require_store().delete_matching(context, request.namespace, request.filter, wait=request.wait)
    )


async def describe(app: App, context: RequestContext, request: DescribeRequest) -> Result:  # noqa: ARG001
    """Describe the index, and report whether it fits the model."""
    index = await app.require_store().describe(context)
    return Result(
        IndexResponse(
            fits=index.dimensions == DIMENSIONS,
            model=MODEL,
            model_dimensions=DIMENSIONS,
            dimensions=index.dimensions,
            vector_count=index.vector_count,
            processed_up_to_mutation=index.processed_up_to_mutation,
            processed_up_to_datetime=index.processed_up_to_datetime,
        )
    )


OPERATIONS = (
    Operation(
        name="upsert",
        scope="write",
        method="PUT",
        path="/vectors",
        request=UpsertRequest,
        response=Written,
        handler=upsert,
        arguments=("documents",),
        summary="Embed and store documents",
        queued=Receipt,
    ),
    Operation(
        name="get",
        scope="search",
        method="GET",
        path="/vectors",
        request=GetRequest,
        response=GetResponse,
        handler=get,
        arguments=("ids",),
        summary="Get stored vectors",
        query={"ids": "Ids, separated by commas."},
    ),
    Operation(
        name="delete",
        scope="write",
        method="DELETE",
        path="/vectors",
        request=DeleteRequest,
        response=Deleted,
        handler=delete,
        arguments=("ids",),
        summary="Delete stored vectors by id, by namespace or by filter",
    ),
    Operation(
        name="describe",
        scope="search",
        method="GET",
        path="/index",
        request=DescribeRequest,
        response=IndexResponse,
        handler=describe,
        arguments=(),
        summary="The index, and whether it fits the model",
    ),
)
