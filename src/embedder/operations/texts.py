"""The operations on texts: embed and similarity."""

from typing import Annotated

from msgspec import Meta, Struct

from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import OutputFormat
from embedder.encoding import PLACEHOLDER
from embedder.errors import invalid
from embedder.names.tasks import SIMILARITY
from embedder.operations.operation import Operation
from embedder.operations.requests import EmbedRequest, SimilarityRequest, StoreIn
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS
from embedder.stored import Written


class Embedded(Struct, omit_defaults=True):
    """`shape` is [texts, dimensions]; `stored` is the result of `store`."""

    shape: Annotated[list[int], Meta(description="The number of texts, and of numbers in a vector.")]
    stored: Annotated[Written | None, Meta(description="The result of `store`.")] = None


class EmbedResponse(Embedded, omit_defaults=True, kw_only=True):
    """`shape` is [texts, dimensions]; `data` has one vector per text; `stored` is the result of `store`."""

    data: Annotated[
        list[list[float] | str], Meta(description="One vector per text, in the order of the texts: numbers, or base64.")
    ]


class Shape(Struct):
    """The shape of the scores."""

    shape: Annotated[list[int], Meta(description="`[texts]` with a source, otherwise `[texts, texts]`.")]


class SimilarityResponse(Shape):
    """Cosines from -1 to 1: `shape` is [texts], or [texts, texts] for the whole matrix."""

    scores: Annotated[list[float | list[float]], Meta(description="One cosine per text, or a row of cosines per text.")]


async def embed(app: App, context: RequestContext, request: EmbedRequest) -> Result:
    """Embed texts, and store their vectors if requested."""
    texts = [request.text] if isinstance(request.text, str) else request.text
    output = request.output()
    if request.store:
        return await _embed_and_store(app, context, request, request.store, texts, output)
    prepared, numbers = await app.embedder.vectors(request.text, request, output, context, param="text")
    return Result(EmbedResponse([len(texts), output.dimensions], data=[PLACEHOLDER]), prepared, numbers, "data")


async def _embed_and_store(
    app: App, context: RequestContext, request: EmbedRequest, store: StoreIn, texts: list[str], output: OutputFormat
) -> Result:
    await app.embedder.make_room(texts, request, context)
    prepared = app.embedder.prepare(texts, request, param="text" if isinstance(request.text, str) else "text[#]")
    writable = await app.require_store().texts_to_write(
        context, texts, store.ids, store.namespace, store.metadata, keep_text=store.keep_text, param="store"
    )
    of_both = OutputFormat(output.dimensions, f"{output.encoding},float32")  # the index needs numbers, not digits
    [answer] = await app.embedder.embed(prepared, context, of_both)
    stored = await app.require_store().write_one(writable, answer, context, method=store.mode)
    numbers = app.embedder.model.join([answer], output.dimensions, output.encoding)
    count = len(texts)
    if store.wait:
        del writable
        request.text, store.metadata = "", None  # another request may need their memory meanwhile
        texts.clear()
        prepared.texts.clear()
        await app.require_store().wait_for(stored, context, keep_answers=True)
    return Result(EmbedResponse([count, output.dimensions], stored, data=[PLACEHOLDER]), prepared, numbers, "data")


async def similarity(app: App, context: RequestContext, request: SimilarityRequest) -> Result:
    """Compare a source with every text, or all texts with each other."""
    source = [] if request.source is None else [request.source]
    if request.title is not None and source:
        raise invalid("title and source can't be combined; remove one of them.", "title")
    texts = source + request.texts

    def path(index: int) -> str:
        return "source" if source and index == 0 else f"texts[{index - len(source)}]"

    await app.embedder.make_room(texts, request, context)
    prepared = app.embedder.prepare(texts, request, param=path, default=SIMILARITY)
    output = OutputFormat(request.dimensions or DIMENSIONS, "float32")
    answers = await app.embedder.embed(prepared, context, output)  # two with a source and 100 texts
    scores = app.embedder.model.similarity(answers, output.dimensions, source=bool(source))
    count = len(request.texts)
    shape = [count] if source else [count, count]
    return Result(SimilarityResponse(shape, scores=[PLACEHOLDER]), prepared, scores, "scores")


OPERATIONS = (
    Operation(
        name="embed",
        scope="embed",
        method="POST",
        path="/embed",
        request=EmbedRequest,
        response=EmbedResponse,
        handler=embed,
        arguments=("text",),
        summary="Embed 1 to 100 texts",
    ),
    Operation(
        name="similarity",
        scope="embed",
        method="POST",
        path="/similarity",
        request=SimilarityRequest,
        response=SimilarityResponse,
        handler=similarity,
        arguments=("texts",),
        summary="Cosine of a source and texts, or of all pairs of texts",
    ),
)
