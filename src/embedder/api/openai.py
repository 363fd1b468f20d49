"""OpenAI's embeddings and models endpoints. The native API uses the same error format.

Source: OpenAI's API reference, "Create embeddings" and "List models".
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from embedder import prompts
from embedder.api.routing import HttpResponse, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import EmbedderError, invalid
from embedder.requests import EmbedOptions, Text
from embedder.settings import MAX_TEXTS_OPENAI, MODEL

# Accepted model names. Each may carry a task: `embeddinggemma-300m:search_query`.
MODEL_NAMES = ("embeddinggemma-300m", MODEL, "google/embeddinggemma-300m")
_CREATED = 1_756_944_000  # the day of the model's release, 2025-09-04, in seconds since the epoch
_ITEM = '{"object":"embedding","index":#,"embedding":@}'


class EmbeddingsRequest(EmbedOptions, kw_only=True):
    """OpenAI's request, plus this service's own options. `user` is accepted and ignored."""

    input: Text | Annotated[list[Text], Meta(min_length=1, max_length=MAX_TEXTS_OPENAI)]
    model: str
    user: str | None = None


class Embedding(Struct):
    """One vector."""

    object: str
    index: int
    embedding: list[float] | str


class Usage(Struct):
    """Estimated token counts."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsResponse(Struct):
    """One vector per text, in the order of the texts."""

    object: str
    data: list[Embedding]
    model: str
    usage: Usage


class Model(Struct):
    """A model name."""

    id: str
    object: str = "model"
    created: int = _CREATED
    owned_by: str = "google"


class Models(Struct):
    """All model names."""

    data: list[Model]
    object: str = "list"


class ErrorItem(Struct):
    """An error. All four keys are always present, because OpenAI's clients read them unconditionally."""

    message: str
    type: str
    param: str | None
    code: str


def error_text(error: EmbedderError) -> str:
    """Return `error` in OpenAI's format."""
    kind = "invalid_request_error" if error.status < 500 else "api_error"
    item = ErrorItem(error.message, kind, error.param, error.code)
    return msgspec.json.encode({"error": item, **error.details}).decode()


def explain(error: EmbedderError) -> EmbedderError:
    """Return a clearer error for token ids, which some clients send by default."""
    if (error.param or "").startswith("input[") and error.message.endswith(("got int.", "got array.")):
        message = "input contains token ids, which this service can't decode; send text "
        return invalid(message + "(LangChain: check_embedding_ctx_length=False).", "input")
    return error


def task_of_model(name: str) -> str | None:
    """Return the task in a model name, if any. Raises `model_not_found` for an unknown model."""
    base, colon, task = name.partition(":")
    if base not in MODEL_NAMES or (colon and task not in prompts.TASK_VALUES):
        example = f"use {MODEL_NAMES[0]!r}, or with a prompt {MODEL_NAMES[0] + ':' + prompts.QUERY!r}"
        message = f"Unknown model {name[:100]!r}; {example} (GET /v1/models lists all)."
        raise EmbedderError("model_not_found", message, param="model")
    return task or None


async def embeddings(app: App, context: RequestContext, request: EmbeddingsRequest) -> HttpResponse:
    """Embed up to 2,048 texts."""
    task = task_of_model(request.model)
    texts = [request.input] if isinstance(request.input, str) else request.input
    output = request.output()
    prepared = app.embedder.prepare(texts, request, param="input", alias=task)
    answers = await app.embedder.embed(prepared, context, output)
    end = msgspec.json.encode({"model": request.model, "usage": Usage(prepared.tokens, prepared.tokens)}).decode()
    return HttpResponse(
        200,
        '{"object":"list","data":',
        prepared=prepared,
        numbers=app.embedder.model.join(answers, output.dimensions, output.encoding),
        item=_ITEM,
        tail="," + end[1:],
    )


async def models(app: App, context: RequestContext, request: None) -> HttpResponse:  # noqa: ARG001
    """List the model names."""
    names = [f"{name}:{task}" if task else name for name in MODEL_NAMES[:2] for task in ("", *prompts.TASKS)]
    return HttpResponse(200, msgspec.json.encode(Models([Model(name) for name in names])).decode())


async def model(app: App, context: RequestContext, request: None) -> HttpResponse:  # noqa: ARG001
    """Describe one model name."""
    name = context.params["id"]
    task_of_model(name)
    return HttpResponse(200, msgspec.json.encode(Model(name)).decode())


def _routes(prefix: str) -> tuple[Route, ...]:
    at = f"{prefix}/v1"
    post, named = "Embed up to 2,048 texts (OpenAI)", "One model name (OpenAI)"
    return (
        Route("POST", f"{at}/embeddings", embeddings, post, EmbeddingsRequest, EmbeddingsResponse, explain=explain),
        Route("GET", f"{at}/models", models, "The model names (OpenAI)", response=Models),
        Route("GET", f"{at}/models/{{id}}", model, named, response=Model),
    )


ROUTES = (*_routes(""), *_routes("/client/v4/accounts/{account}/ai"))
