"""The native dialect: the model's own schema with our options, similarity, and liveness. No I/O."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from embedder import prompts, vectors
from embedder.dialects import options, storing
from embedder.dialects.options import Dimensions, EmbedOptions, PromptOptions, Text, Texts
from embedder.errors import InvalidRequestError
from embedder.index import Document, Written
from embedder.model import Plan
from embedder.routing import Call, HttpResponse, Route
from embedder.service import encoded_rows, unit_vectors
from embedder.settings import MAX_TEXTS_PER_CALL
from embedder.vectors import Form


class StoreIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Under which ids the vectors are also stored, one a text. `metadata` is one for all, or one a text."""

    ids: list[storing.Id]
    namespace: storing.Namespace = None
    metadata: dict[str, Any] | list[dict[str, Any]] | None = None
    keep_text: storing.KeepText = True
    mode: storing.Mode = storing.UPSERT
    wait: storing.Wait = False


class EmbedRequest(EmbedOptions, kw_only=True):
    """Texts to embed: one, or at most 100."""

    text: Text | Texts
    store: StoreIn | None = None


class EmbedResponse(msgspec.Struct, omit_defaults=True):
    """`shape` is [texts, dimensions]; `data` holds one vector a text; `stored` tells what became of `store`."""

    shape: list[int]
    data: list[list[float] | str]
    stored: Written | None = None


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
    if call.body.store is not None:
        return await _embed_and_store(call, plan, form, _documents(call.body.store, texts))
    if form.untouched:
        return HttpResponse(200, await call.service.answer(plan, call.trace), plan=plan)
    return HttpResponse(200, await body_of(call, plan, form), plan=plan)


async def body_of(call: Call, plan: Plan, form: Form) -> bytes:
    """Return the native answer for the texts of `plan`, in the form asked for."""
    [rows] = await call.service.collect(plan, call.trace, encoded_rows(form))
    return vectors.body_of(rows, form.dimensions)


def _documents(store: StoreIn, texts: list[str]) -> list[Document]:
    """Check what is to be stored, before anything is paid."""
    if len(store.ids) != len(texts):
        message = f"store.ids holds {len(store.ids)} ids for {len(texts)} texts; send one a text."
        raise InvalidRequestError(message, param="store.ids")
    given = store.metadata if isinstance(store.metadata, list) else [store.metadata] * len(texts)
    if len(given) != len(texts):
        message = f"store.metadata holds {len(given)} items for {len(texts)} texts; send one for all, or one a text."
        raise InvalidRequestError(message, param="store.metadata")
    kept = texts if store.keep_text else [None] * len(texts)
    return storing.check(store.ids, kept, given, namespace=store.namespace, mode=store.mode, param="store")


async def _embed_and_store(call: Call, plan: Plan, form: Form, found: list[Document]) -> HttpResponse:
    store: StoreIn = call.body.store
    written, [rows] = await call.store.write(
        found, plan, call.trace, namespace=store.namespace, insert=store.mode == storing.INSERT
    )
    if store.wait:
        await call.store.wait(written, call.trace)
    answer = vectors.body_of([vectors.encode_raw(row, form) for row in rows], form.dimensions)
    body = b'%b,"stored":%b}' % (answer[:-1], msgspec.json.encode(written))
    return HttpResponse(200, body, plan=plan)


async def similarity(call: Call) -> HttpResponse:
    source = [call.body.source] if call.body.source is not None else []
    texts = options.text_list(call.body.texts, param="texts", limit=MAX_TEXTS_PER_CALL)
    if call.body.title is not None and source:
        raise InvalidRequestError("title has no meaning beside a source; leave one of them out.", param="title")
    form = options.form_of(EmbedOptions(dimensions=call.body.dimensions))
    plan = options.plan(call.service, source + texts, call.body, param="texts", task=prompts.SIMILARITY)
    batches = await call.service.collect(plan, call.trace, unit_vectors(form.dimensions))
    rows = [row for batch in batches for row in batch]
    if source:
        answer = SimilarityResponse([len(texts)], vectors.cosines(rows[0], rows[1:]))
    else:
        answer = SimilarityResponse([len(texts)] * 2, vectors.cosine_matrix(rows))
    return HttpResponse(200, msgspec.json.encode(answer), plan=plan)


async def health(call: Call) -> HttpResponse:  # noqa: ARG001
    return HttpResponse(200, msgspec.json.encode(Health()))


ROUTES = (
    Route(
        method="POST",
        path="/embed",
        handler=embed,
        summary="Embed one text or at most 100",
        body=EmbedRequest,
        response=EmbedResponse,
    ),
    Route(
        method="POST",
        path="/similarity",
        handler=similarity,
        summary="Cosine of a source and texts, or of all pairs of texts",
        body=SimilarityRequest,
        response=SimilarityResponse,
    ),
    Route(
        method="GET",
        path="/health",
        handler=health,
        summary="Liveness",
        response=Health,
        public=True,
    ),
)
