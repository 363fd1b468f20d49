"""Cloudflare's REST API of Workers AI: answers in Cloudflare's envelope, errors with Cloudflare's codes.

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
# The default of curl. The curl example in the documentation of Workers AI sends it.
_CURL = "application/x-www-form-urlencoded"
_OTHER = 10_000
# This service's error codes, and the codes that Cloudflare's API uses for the same errors.
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
    """The model's own input, plus this service's options."""

    text: Text | Texts


class Item(msgspec.Struct):
    """One error."""

    code: int
    message: str


class Envelope(msgspec.Struct):
    """The envelope of every answer of Cloudflare's API."""

    result: EmbedResponse | None
    success: bool
    errors: list[Item]
    messages: list[Item]


def error_text(error: EmbedderError) -> str:
    """Return `error` in the format of Cloudflare's API."""
    code = error.upstream_code or _CODES.get(error.code, _OTHER)
    return msgspec.json.encode(Envelope(None, False, [Item(code, error.message)], [])).decode()


async def run(app: App, context: RequestContext, request: RunRequest) -> HttpResponse:
    """Embed 1 to 100 texts."""
    options = {name: getattr(request, name) for name in request.__struct_fields__}
    response = native.response_of(await texts.embed(app, context, EmbedRequest(**options)))
    response.text = f'{{"result":{response.text}'
    response.tail += ',"success":true,"errors":[],"messages":[]}'
    return response


_SUMMARY = "Embed 1 to 100 texts (Workers AI REST)"
ROUTES = (Route("POST", PREFIX + MODEL, run, _SUMMARY, RunRequest, Envelope, media_types=(JSON, _CURL)),)
