"""Cloudflare's REST API of Workers AI: answers in Cloudflare's envelope, errors with Cloudflare's codes.

Source: Cloudflare API reference, "Execute AI model".
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from embedder.api import models
from embedder.api.cloudflare import envelope
from embedder.api.cloudflare.envelope import CloudflareError, Envelope
from embedder.api.routing import FORM, JSON, TEXT, Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import EmbedOptions
from embedder.encoding import PLACEHOLDER
from embedder.errors import EmbedderError
from embedder.operations.requests import ManyTexts, Text
from embedder.operations.result import Result
from embedder.operations.texts import EmbedResponse
from embedder.settings import MAX_TEXTS, MODEL

_TASK = "Text Embeddings"
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


class RunOptions(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """With `rejectIfBusy`, the request fails at once if the model has no free capacity."""

    reject_if_busy: Annotated[
        bool, Meta(description="Fail at once if the model has no free capacity, instead of retrying.")
    ] = False


class RunRequest(EmbedOptions, kw_only=True):
    """The model's own input, plus this service's options."""

    text: Annotated[
        Text | ManyTexts,
        Meta(description=f"The text, or up to {MAX_TEXTS:,} texts."),
    ]
    options: Annotated[RunOptions | None, Meta(description="Options of the call.")] = None


class CloudflareTask(msgspec.Struct):
    """What a model is for."""

    name: Annotated[str, Meta(description="The name.")] = _TASK


class ListedModel(msgspec.Struct):
    """A model."""

    id: Annotated[str, Meta(description="The id.")] = MODEL
    name: Annotated[str, Meta(description="The name.")] = MODEL
    description: Annotated[str, Meta(description="The name for people.")] = "EmbeddingGemma 300M"
    task: Annotated[CloudflareTask, Meta(description="What the model is for.")] = msgspec.field(
        default_factory=CloudflareTask
    )


class ResultInfo(msgspec.Struct):
    """The size of a page and of the whole list."""

    count: Annotated[int, Meta(description="Models of this page.")]
    total_count: Annotated[int, Meta(description="Models of the list.")]


class ListedModels(msgspec.Struct):
    """A list of models."""

    result: Annotated[list[ListedModel], Meta(description="The models of this page.")]
    result_info: Annotated[ResultInfo, Meta(description="The size of the page and of the list.")]
    success: Annotated[bool, Meta(description="Whether there was no error.")] = True
    errors: Annotated[list[CloudflareError], Meta(description="The errors.")] = []
    messages: Annotated[list[CloudflareError], Meta(description="Always empty.")] = []


def error_text(error: EmbedderError) -> str:
    """Return `error` in the format of Cloudflare's API."""
    return envelope.error_text(error, _CODES)


async def run(app: App, context: RequestContext, request: RunRequest, *, model: str = MODEL) -> Result:
    """Embed up to 2,048 texts with the model in the path."""
    task = None if model == MODEL else _task_of(app, model)
    if request.options and request.options.reject_if_busy:
        context = replace(context, reject_if_busy=True)
    output = request.output()
    prepared, numbers = await app.embedder.vectors(request.text, request, output, context, param="text", alias=task)
    body = EmbedResponse([len(prepared.texts), output.dimensions], data=[PLACEHOLDER])
    return Result(Envelope(body), prepared, numbers)


def _task_of(app: App, model: str) -> str | None:
    try:
        return models.task_of(app, model)
    except EmbedderError as error:
        raise EmbedderError(error.code, f"Unknown model {model[:100]}; this service runs {MODEL}.") from None


async def search_models(app: App, context: RequestContext, body: None, *, query: Mapping[str, str]) -> Result:
    """List the model, unless the query string searches for another one.

    Cloudflare's clients ask for the next page until a page is empty.
    """
    wanted = query.get("search", "").lower()
    found = [ListedModel()] if wanted in f"{MODEL} {_TASK}".lower() else []
    page = found if query.get("page", "1") == "1" else []
    return Result(ListedModels(page, ResultInfo(len(page), len(found))))


def _run_route(model: str, summary: str) -> Route:
    return Route(
        method="POST",
        path=f"/client/v4/accounts/{{account}}/ai/run/{model}",
        handler=run,
        summary=summary,
        body=RunRequest,
        response=Envelope[EmbedResponse],
        scope="embed",
        media_types=(JSON, FORM, TEXT),  # the curl example in the documentation of Workers AI sends its default
        gateway=True,
    )


_ROUTES = (
    _run_route(MODEL, "Embed up to 2,048 texts (Workers AI REST)"),
    _run_route("{model}", "Embed up to 2,048 texts, with another name of the model (Workers AI REST)"),
    Route(
        method="GET",
        path="/client/v4/accounts/{account}/ai/models/search",
        handler=search_models,
        summary="The model (Workers AI REST)",
        response=ListedModels,
        takes_query=True,
        scope="any",
    ),
)
APIS = (Api(prefixes=("/client/v4/",), routes=_ROUTES, error_text=error_text, lenient=True),)
