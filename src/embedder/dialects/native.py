"""The native dialect: the model's own schema, and liveness. No I/O."""

from typing import Annotated

import msgspec

from embedder.dialects.openai import error_body
from embedder.errors import BatchTooLargeError, InvalidRequestError
from embedder.routing import Call, HttpResponse, Route
from embedder.settings import MAX_TEXTS_PER_CALL

Text = Annotated[str, msgspec.Meta(min_length=1)]
Texts = Annotated[list[Text], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_TEXTS_PER_CALL})]


class EmbedRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Texts to embed: one, or at most 100."""

    text: Text | Texts


class EmbedResponse(msgspec.Struct):
    """The model's own answer: `shape` is [texts, dimensions], `data` one vector a text."""

    shape: list[int]
    data: list[list[float]]


class Health(msgspec.Struct):
    status: str = "ok"


def text_list(value: str | list[str], *, param: str, limit: int) -> list[str]:
    """Return the texts of a request as a list; an error names the limit of `limit` texts."""
    texts = [value] if isinstance(value, str) else value
    if not texts:
        raise InvalidRequestError(f"{param} holds no text; send 1 to {limit}.", param=param)
    if len(texts) > limit:
        raise BatchTooLargeError(f"{param} holds {len(texts)} texts; the limit is {limit} a request.", param=param)
    return texts


async def embed(call: Call) -> HttpResponse:
    texts = text_list(call.body.text, param="text", limit=MAX_TEXTS_PER_CALL)
    plan = call.service.plan(texts)
    return HttpResponse(200, await call.service.answer(plan, call.trace))


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
        method="GET",
        path="/health",
        handler=health,
        summary="Liveness",
        errors=error_body,
        response=Health,
        public=True,
    ),
)
