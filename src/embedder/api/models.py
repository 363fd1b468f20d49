"""The model names, and the endpoints that list them (OpenAI, Google).

Source: OpenAI's API reference, "List models"; Google's Gemini API reference, "Models".
"""

from typing import Annotated

from msgspec import Meta, Struct

from embedder import tasks
from embedder.api.routing import Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.operations.result import Result
from embedder.settings import MODEL, MODEL_TOKENS

# Accepted model names. Each may carry a task: `embeddinggemma-300m:search_query`.
NAMES = ("embeddinggemma-300m", MODEL, "google/embeddinggemma-300m", "embeddinggemma")
_CREATED = 1_756_944_000  # the day of the model's release, 2025-09-04, in seconds since the epoch
_METHODS = ("embedContent", "batchEmbedContents")


class ModelName(
    Struct,
    rename={"display_name": "displayName", "input_tokens": "inputTokenLimit", "methods": "supportedGenerationMethods"},
):
    """A model name, with the fields of OpenAI and of Google."""

    id: Annotated[str, Meta(description="The model name.")]
    name: Annotated[str, Meta(description="The name with the prefix `models/`.")]
    display_name: Annotated[str, Meta(description="The name for people.")] = "EmbeddingGemma 300M"
    input_tokens: Annotated[int, Meta(description="Tokens of a text that the model reads.")] = MODEL_TOKENS
    methods: Annotated[tuple[str, ...], Meta(description="Google's methods that work with the model.")] = _METHODS
    object: Annotated[str, Meta(description="The type of this object.")] = "model"
    created: Annotated[int, Meta(description="The day of the model's release, in seconds since 1970.")] = _CREATED
    owned_by: Annotated[str, Meta(description="Who made the model.")] = "google"


class ModelNames(Struct):
    """All model names: `data` for OpenAI's clients, `models` for Google's."""

    data: Annotated[list[ModelName], Meta(description="The model names, for OpenAI's clients.")]
    models: Annotated[list[ModelName], Meta(description="The same, for Google's clients.")]
    object: Annotated[str, Meta(description="The type of this object.")] = "list"


def task_of(name: str) -> str | None:
    """Return the task in a model name, if any. Raises `model_not_found` for an unknown model."""
    base, colon, task = name.partition(":")
    if base not in NAMES or (colon and task not in tasks.TASK_VALUES):
        example = f"use {NAMES[0]!r}, or with a prompt {NAMES[0] + ':' + tasks.QUERY!r}"
        message = f"Unknown model {name[:100]!r}; {example} (GET /v1/models lists all)."
        raise EmbedderError("model_not_found", message, param="model")
    return task or None


def _model(name: str) -> ModelName:
    return ModelName(name, f"models/{name}")


async def list_all(app: App, context: RequestContext, body: None) -> Result:
    """List the model names."""
    names = [_model(f"{name}:{task}" if task else name) for name in NAMES[:2] for task in ("", *tasks.TASKS)]
    return Result(ModelNames(names, names))


async def describe(app: App, context: RequestContext, body: None, *, id: str) -> Result:
    """Describe one model name."""
    task_of(id)
    return Result(_model(id))


def routes(path: str, *, key_in_query: bool = False) -> tuple[Route, ...]:
    """Return the routes that list the model names under `path`."""
    return (
        Route(
            method="GET",
            path=path,
            handler=list_all,
            summary="The model names (OpenAI, Google)",
            response=ModelNames,
            scope="any",
            key_in_query=key_in_query,
        ),
        Route(
            method="GET",
            path=f"{path}/{{id}}",
            handler=describe,
            summary="One model name (OpenAI, Google)",
            response=ModelName,
            scope="any",
            key_in_query=key_in_query,
        ),
    )
