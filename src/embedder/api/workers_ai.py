"""Cloudflare's REST wire format of Workers AI: the answer in an envelope, errors with Cloudflare's codes. No I/O.

Source: Cloudflare API reference, "Execute AI model".
"""

import msgspec

from embedder import texts
from embedder.api import native
from embedder.api.routing import JSON, HttpResponse, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.requests import EmbedOptions, EmbedRequest, Text, Texts
from embedder.settings import MODEL
from embedder.texts import EmbedResponse

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
    """One error."""

    code: int
    message: str


class Envelope(msgspec.Struct):
    """What every answer of Cloudflare's API is wrapped in."""

    result: EmbedResponse | None
    success: bool
    errors: list[Item]
    messages: list[Item]


def error_text(error: EmbedderError) -> str:
    """Return `error` as Cloudflare's API writes it."""
    code = error.upstream_code or _CODES.get(error.code, _OTHER)
    return msgspec.json.encode(Envelope(None, False, [Item(code, error.message)], [])).decode()


async def run(app: App, context: RequestContext, request: RunRequest) -> HttpResponse:
    """Embed one text or at most 100."""
    options = {name: getattr(request, name) for name in request.__struct_fields__}
    response = native.response_of(await texts.embed(app, context, EmbedRequest(**options)))
    response.text = f'{{"result":{response.text}'
    response.tail += ',"success":true,"errors":[],"messages":[]}'
    return response


_SUMMARY = "Embed one text or at most 100 (Workers AI REST)"
ROUTES = (Route("POST", PREFIX + MODEL, run, _SUMMARY, RunRequest, Envelope, media_types=(JSON, _CURL)),)
