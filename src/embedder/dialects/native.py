"""The native dialect: the model's own schema with our options, similarity, and liveness. No I/O."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from embedder import prompts, vectors
from embedder.dialects import options
from embedder.dialects.openai import error_body
from embedder.dialects.options import Dimensions, EmbedOptions, PromptOptions, Text, Texts
from embedder.errors import InvalidRequestError
from embedder.routing import Call, HttpResponse, Route
from embedder.settings import MAX_TEXTS_PER_CALL
from embedder.vectors import Form


class EmbedRequest(EmbedOptions, kw_only=True):
    """Texts to embed: one, or at most 100."""

    text: Text | Texts


class EmbedResponse(msgspec.Struct):
    """`shape` is [texts, dimensions]; `data` holds one vector a text."""

    shape: list[int]
    data: list[list[float] | str]


class SimilarityRequest(PromptOptions, kw_only=True):
    """A source to compare with every text, or no source to compare the texts with each other."""

    source: Text | None = None
    texts: Texts
    dimensions: Dimensions = None


class SimilarityResponse(msgspec.Struct):
    """Cosines from -1 to 1: `shape` is [texts], or [texts, texts] for the whole matrix."""

    shape: list[int]
    scores: Sequence[float | list[float]]


class Health(msgspec.Struct):
    status: Annotated[str, msgspec.Meta(extra_json_schema={"const": "ok"})] = "ok"


async def embed(call: Call) -> HttpResponse:
    """Without anything to compute, the model's answer is passed on unread."""
    form = options.form_of(call.body)
    texts = options.text_list(call.body.text, param="text", limit=MAX_TEXTS_PER_CALL)
    plan = options.plan(call.service, texts, call.body, param="text")
    headers = options.plan_headers(plan)
    if form.untouched:
        return HttpResponse(200, await call.service.answer(plan, call.trace), headers)
    [body] = await call.service.collect(plan, call.trace, lambda _, answer, count: body_of(answer, count, form))
    return HttpResponse(200, body, headers)


def body_of(answer: bytes, count: int, form: Form) -> bytes:
    """Return the native answer made of the model's, in the form asked for."""
    rows = vectors.encoded_rows(answer, count, form)
    return b'{"shape":[%d,%d],"data":[%b]}' % (count, form.dimensions, b",".join(rows))


async def similarity(call: Call) -> HttpResponse:
    source = [call.body.source] if call.body.source is not None else []
    texts = options.text_list(call.body.texts, param="texts", limit=MAX_TEXTS_PER_CALL)
    if call.body.title is not None and source:
        raise InvalidRequestError("title has no meaning beside a source; leave one of them out.", param="title")
    form = options.form_of(EmbedOptions(dimensions=call.body.dimensions))
    plan = options.plan(call.service, source + texts, call.body, param="texts", task=prompts.SIMILARITY)
    rows = await call.service.vectors(plan, call.trace, form.dimensions)
    if source:
        answer = SimilarityResponse([len(texts)], vectors.cosines(rows[0], rows[1:]))
    else:
        answer = SimilarityResponse([len(texts)] * 2, vectors.cosine_matrix(rows))
    return HttpResponse(200, msgspec.json.encode(answer), options.plan_headers(plan))


async def health(call: Call) -> HttpResponse:  # noqa: ARG001
    return HttpResponse(200, msgspec.json.encode(Health()))


ROUTES = (
    Route(
        method="POST",
        path="/embed",
        handler=embed,
        summary="Embed one text or at most 100",
        errors=error_body,
        body=EmbedRequest,
        response=EmbedResponse,
    ),
    Route(
        method="POST",
        path="/similarity",
        handler=similarity,
        summary="Cosine of a source and texts, or of all pairs of texts",
        errors=error_body,
        body=SimilarityRequest,
        response=SimilarityResponse,
    ),
    Route(
        method="GET",
        path="/health",
        handler=health,
        summary="Liveness",
        errors=error_body,
        response=Health,
        public=True,
    ),
)
