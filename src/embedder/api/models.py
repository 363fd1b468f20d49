"""The model names, and the endpoints that list them (OpenAI, Google).

Source: OpenAI's API reference, "List models"; Google's Gemini API reference, "Models".
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from embedder.api.routing import Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.names import tasks
from embedder.operations.result import Result
from embedder.settings import MODEL, MODEL_TOKENS

NAME, SHORT_NAME = "embeddinggemma-300m", "embeddinggemma"
LISTED = (NAME, MODEL)
# Parts of a path before the name: of Workers AI, the makers, and the providers that routers name.
_BEFORE = frozenset(
    "@cf models google openai workers-ai ollama library gemini cohere voyage mistral azure jina_ai huggingface "
    "azure_ai cloudflare hosted_vllm lm_studio nvidia_nim openrouter publishers together_ai vertex_ai vllm".split()
)
_TAGS = ("latest", "300m")  # Ollama's
_STUDIO = "text-embedding-"  # before the name of every such model in LM Studio
_MAX_NAME_CHARS = 200
_CREATED = 1_756_944_000  # the day of the model's release, 2025-09-04, in seconds since the epoch
METHODS = ("embedContent", "batchEmbedContents")


class ModelName(
    Struct,
    rename={
        "base_model": "baseModelId",
        "display_name": "displayName",
        "input_tokens": "inputTokenLimit",
        "output_tokens": "outputTokenLimit",
        "methods": "supportedGenerationMethods",
    },
):
    """A model name, with the fields of OpenAI, Mistral, Azure and Google."""

    id: Annotated[str, Meta(description="The model name.")]
    name: Annotated[str, Meta(description="The name with the prefix `models/`.")]
    base_model: Annotated[str, Meta(description="The same as `id`.")]
    version: Annotated[str, Meta(description="The version of the model.")] = "300m"
    display_name: Annotated[str, Meta(description="The name for people.")] = "EmbeddingGemma 300M"
    description: Annotated[str, Meta(description="What the model does.")] = "Embeddings of texts, 768 numbers each."
    input_tokens: Annotated[int, Meta(description="Tokens of a text that the model reads.")] = MODEL_TOKENS
    output_tokens: Annotated[int, Meta(description="Tokens that the model writes: one, as Google's models say.")] = 1
    methods: Annotated[tuple[str, ...], Meta(description="Google's methods that work with the model.")] = METHODS
    object: Annotated[str, Meta(description="The type of this object.")] = "model"
    created: Annotated[int, Meta(description="The day of the model's release, in seconds since 1970.")] = _CREATED
    owned_by: Annotated[str, Meta(description="Who made the model.")] = "google"
    type: Annotated[str, Meta(description="Mistral's type of the model.")] = "base"
    model_type: Annotated[str, Meta(description="Xinference's type of the model.")] = "embedding"
    capabilities: Annotated[dict[str, bool], Meta(description="What the model can do, for Mistral and Azure.")] = (
        msgspec.field(default_factory=lambda: {"embeddings": True, "completion_chat": False, "chat_completion": False})
    )


class ModelNames(Struct):
    """All model names: `data` for OpenAI's clients, `models` for Google's."""

    data: Annotated[list[ModelName], Meta(description="The model names, for OpenAI's clients.")]
    models: Annotated[list[ModelName], Meta(description="The same, for Google's clients.")]
    object: Annotated[str, Meta(description="The type of this object.")] = "list"


class ModelInfo(Struct):
    """The model of an address, for Azure's clients."""

    model_name: Annotated[str, Meta(description="The name.")] = NAME
    model_type: Annotated[str, Meta(description="What the model is for.")] = "embeddings"
    model_provider_name: Annotated[str, Meta(description="Who made the model.")] = "google"


def task_of(app: App, name: str) -> str | None:
    """Return the task in a model name, if any. Raises `model_not_found` for an unknown model.

    Names are understood in any case, with the prefixes of other services, one of Ollama's tags, and a task:
    `google/EmbeddingGemma-300m:search_query`. The operator's names have the task that the operator gave them, unless
    the request names another one after a colon.
    """
    if name in (NAME, SHORT_NAME):
        return None
    if len(name) > _MAX_NAME_CHARS:  # what follows takes time for each of its parts
        raise _unknown(name)
    known = _known(app)
    left, task = name.strip().lower(), None
    while left:
        for spelling in _spellings(left):
            if spelling in known:
                return task or known[spelling]
        left, _, last = left.rpartition(":")
        if last not in _TAGS and (task or not (task := tasks.known(last))):
            break
    raise _unknown(name)


def _known(app: App) -> Mapping[str, str | None]:
    return {name.lower(): task for name, task in app.settings.model_aliases.items()} | {NAME: None, SHORT_NAME: None}


def _spellings(name: str) -> Iterator[str]:
    """Yield a name, and what is left of it without the prefixes of other services."""
    yield from (name, name.removeprefix(_STUDIO))
    first, slash, rest = name.partition("/")
    while slash and first in _BEFORE:
        yield from (rest, rest.removeprefix(_STUDIO))
        first, slash, rest = rest.partition("/")


def _unknown(name: str) -> EmbedderError:
    example = f"use {NAME!r}, or with a prompt {NAME + ':' + tasks.QUERY!r}"
    message = f"Unknown model {name[:100]!r}; {example} (GET /v1/models lists all)."
    return EmbedderError("model_not_found", message, param="model")


def names(app: App) -> list[str]:
    """Return the names that the lists have, those of the operator last."""
    own = [f"{name}:{task}" if task else name for name in LISTED for task in ("", *tasks.TASKS)]
    return [*own, *app.settings.model_aliases]


def _model(name: str) -> ModelName:
    return ModelName(name, f"models/{name.removeprefix('models/')}", name)


async def list_all(app: App, context: RequestContext, body: None) -> Result:
    """List the model names."""
    models = list(map(_model, names(app)))
    return Result(ModelNames(models, models))


async def describe(app: App, context: RequestContext, body: None, *, id: str) -> Result:
    """Describe one model name."""
    task_of(app, id)
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
