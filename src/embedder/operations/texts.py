"""The operations on texts: embed and similarity."""

from collections.abc import AsyncIterator
from typing import Annotated

from msgspec import Meta, Struct

from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding import prompts
from embedder.embedding.embedder import PreparedTexts
from embedder.embedding.options import OutputFormat, PromptOptions
from embedder.errors import invalid
from embedder.operations.requests import EmbedRequest, SimilarityRequest, StoreIn
from embedder.operations.result import Result
from embedder.ports import Answer
from embedder.settings import DIMENSIONS
from embedder.vectorize import limits
from embedder.vectorize.calls import Row
from embedder.vectorize.limits import Metadata
from embedder.vectorize.store import Writable
from embedder.vectorize.written import Written


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


async def vectors(
    app: App,
    context: RequestContext,
    texts: str | list[str],
    options: PromptOptions,
    output: OutputFormat,
    *,
    param: str,
    alias: str | None = None,
) -> tuple[PreparedTexts, object]:
    """Embed one text or several. Return what was sent to the model, and a handle to the vectors in the format `output`.

    `alias` is the task in the model name, `param` the path of the texts in the request.
    """
    given = [texts] if isinstance(texts, str) else texts
    prepared = app.embedder.prepare(given, options, param=param, alias=alias)
    answers = await app.embedder.embed(prepared, context, output)
    return prepared, app.embedder.model.join(answers, output.dimensions, output.encoding)


async def embed(app: App, context: RequestContext, request: EmbedRequest) -> Result:
    """Embed texts, and store their vectors if requested."""
    texts = [request.text] if isinstance(request.text, str) else request.text
    output = request.output()
    prepared = app.embedder.prepare(texts, request, param="text")
    rows = _rows_to_store(request.store, texts) if request.store else []
    writable = await app.store.to_write(context, rows, "store.ids[#]") if rows else None
    needed = OutputFormat(output.dimensions, "float32") if rows else output  # the index needs numbers, not digits
    answers = await app.embedder.embed(prepared, context, needed)
    body = Embedded([len(texts), output.dimensions])
    if request.store and writable:
        body.stored = await _store(app, context, request.store, writable, answers)
    return Result(body, prepared, app.embedder.model.join(answers, output.dimensions, output.encoding), "data")


def _rows_to_store(store: StoreIn, texts: list[str]) -> list[Row]:
    if len(store.ids) != len(texts):
        raise invalid(f"store.ids has {len(store.ids)} ids for {len(texts)} texts; send one per text.", "store.ids")
    given = store.metadata if isinstance(store.metadata, list) else [store.metadata] * len(texts)
    if len(given) != len(texts):
        message = f"store.metadata has {len(given)} items for {len(texts)} texts; send one object, or one per text."
        raise invalid(message, "store.metadata")
    limits.check_namespace(store.namespace)
    limits.check_ids(store.ids, param="store.ids")
    for index, text in enumerate(texts):
        limits.check_text(text, f"text[{index}]")
    return [
        Row(name, _metadata(item, text if store.keep_text else None, index), store.namespace)
        for index, (name, text, item) in enumerate(zip(store.ids, texts, given, strict=True))
    ]


def _metadata(given: Metadata | None, text: str | None, index: int) -> bytes:
    return limits.metadata_json(given, text, param=f"store.metadata[{index}]")


async def _store(
    app: App, context: RequestContext, store: StoreIn, writable: Writable, answers: list[Answer]
) -> Written:
    async def one() -> AsyncIterator[Answer]:
        yield answers[0]

    return await app.store.write(writable, one(), context, method=store.mode, wait=store.wait)


async def similarity(app: App, context: RequestContext, request: SimilarityRequest) -> Result:
    """Compare a source with every text, or all texts with each other."""
    source = [] if request.source is None else [request.source]
    if request.title is not None and source:
        raise invalid("title and source can't be combined; remove one of them.", "title")
    prepared = app.embedder.prepare(source + request.texts, request, param="texts", default=prompts.SIMILARITY)
    output = OutputFormat(request.dimensions or DIMENSIONS, "float32")
    [answer] = await app.embedder.embed(prepared, context, output)
    scores = app.embedder.model.similarity(answer, output.dimensions, source=bool(source))
    count = len(request.texts)
    return Result(Shape([count] if source else [count, count]), prepared, scores, "scores")
