"""Cloudflare's REST dialect of Workers AI: the model's answer in an envelope, errors with Cloudflare's codes. No I/O.

Source: Cloudflare API reference, "Execute AI model".
"""

import msgspec

from embedder.dialects import native, options
from embedder.dialects.native import EmbedResponse
from embedder.dialects.options import EmbedOptions, Text, Texts
from embedder.errors import EmbedderError
from embedder.routing import JSON, Call, HttpResponse, Route
from embedder.settings import MAX_TEXTS_PER_CALL, MODEL

PREFIX = "/client/v4/accounts/{account}/ai/run/"
# curl sends this type unless told otherwise, and the documented curl example does not tell.
_CURL = "application/x-www-form-urlencoded"
_OTHER = 10_000
# Our code -> the one that Cloudflare's API gives in that case.
_CODES = {
    "invalid_json": 5006,
    "invalid_request": 5006,
    "batch_too_large": 5006,
    "text_too_long": 5006,
    "unsupported_media_type": 5006,
    "payload_too_large": 3006,
    "model_not_found": 5007,
    "not_found": 7003,
    "quota_exhausted": 3036,
    "upstream_busy": 3040,
    "upstream_timeout": 3007,
}


class RunRequest(EmbedOptions, kw_only=True):
    """The model's own input, with our options beside it."""

    text: Text | Texts


class Item(msgspec.Struct):
    code: int
    message: str


class Envelope(msgspec.Struct):
    result: EmbedResponse | None
    success: bool
    errors: list[Item]
    messages: list[Item]


def error_body(error: EmbedderError) -> bytes:
    """Return `error` as Cloudflare's API writes it."""
    code = error.upstream_code or _CODES.get(error.code, _OTHER)
    return msgspec.json.encode(Envelope(None, False, [Item(code, error.message)], []))


async def run(call: Call) -> HttpResponse:
    form = options.form_of(call.body)
    texts = options.text_list(call.body.text, param="text", limit=MAX_TEXTS_PER_CALL)
    plan = options.plan(call.service, texts, call.body, param="text")
    body = await native.body_of(call, plan, form)
    envelope = b'{"result":%b,"success":true,"errors":[],"messages":[]}' % body
    return HttpResponse(200, envelope, plan=plan)


ROUTES = (
    Route(
        method="POST",
        path=PREFIX + MODEL,
        handler=run,
        summary="Embed one text or at most 100 (Workers AI REST)",
        body=RunRequest,
        response=Envelope,
        media_types=(JSON, _CURL),
    ),
)
