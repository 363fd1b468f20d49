"""Ollama's API: embed, and what its clients ask about models.

Source: Ollama's documentation, "API".
"""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from embedder.api import models
from embedder.api.routing import HttpResponse, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding import prompts
from embedder.embedding.options import OutputFormat, PromptOptions, Size
from embedder.errors import EmbedderError
from embedder.operations import texts
from embedder.operations.requests import Text, Texts
from embedder.settings import DIMENSIONS, MODEL_TOKENS

PREFIX = "/api/"
_VERSION = "0.11.10"  # the first version of Ollama that serves this model
_NAME = "embeddinggemma"
_TAG = re.compile(r":(?:latest|300m)(?=:|$)")
_RELEASED = "2025-09-04T00:00:00Z"


class OllamaRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ollama's request. `keep_alive` and `options` are accepted and ignored."""

    model: str
    input: Text | Texts
    truncate: bool = True
    dimensions: Annotated[Size | None, Meta(description="Size of the vectors: truncated and renormalised.")] = None
    keep_alive: str | float | None = None
    options: dict[str, Any] | None = None


class OllamaOptions(PromptOptions, kw_only=True):
    """The options of Ollama's request."""

    def asks_to_truncate(self) -> str:
        return '"truncate": true'


class OllamaPromptRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ollama's older request. `keep_alive` and `options` are accepted and ignored."""

    model: str
    prompt: Text
    keep_alive: str | float | None = None
    options: dict[str, Any] | None = None


class ShowRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for the description of a model. `verbose` is accepted and ignored."""

    model: str
    verbose: bool | None = None


class OllamaResponse(Struct):
    """One vector per text. Durations are in nanoseconds; `prompt_eval_count` is an estimate."""

    model: str
    embeddings: list[list[float]]
    total_duration: int
    load_duration: int
    prompt_eval_count: int


class OllamaVector(Struct):
    """One vector."""

    embedding: list[float]


class Version(Struct):
    """The version of Ollama whose API this is."""

    version: str = _VERSION


class Details(Struct):
    """What is known of the model."""

    format: str = ""
    family: str = "gemma3"
    families: tuple[str, ...] = ("gemma3",)
    parameter_size: str = "300M"
    quantization_level: str = ""


class OllamaModel(Struct):
    """A model name. `size` and `digest` are not known."""

    name: str
    model: str
    modified_at: str = _RELEASED
    size: int = 0
    digest: str = ""
    details: Details = msgspec.field(default_factory=Details)


class Tags(Struct):
    """All model names."""

    models: list[OllamaModel]


class OllamaDescription(Struct):
    """The description of the model."""

    details: Details = msgspec.field(default_factory=Details)
    model_info: dict[str, str | int] = msgspec.field(
        default_factory=lambda: {
            "general.architecture": "gemma3",
            "gemma3.context_length": MODEL_TOKENS,
            "gemma3.embedding_length": DIMENSIONS,
        }
    )
    capabilities: tuple[str, ...] = ("embedding",)
    modified_at: str = _RELEASED


def error_text(error: EmbedderError) -> str:
    """Return `error` in Ollama's format."""
    return msgspec.json.encode({"error": error.message}).decode()


def _task_of(model: str) -> str | None:
    """Return the task in a model name, which may have one of Ollama's tags: `embeddinggemma:300m:search_query`."""
    return models.task_of(_TAG.sub("", model, count=1))


async def embed(app: App, context: RequestContext, request: OllamaRequest) -> HttpResponse:
    """Embed 1 to 100 texts."""
    options = OllamaOptions(truncate="end" if request.truncate else "error")
    output = OutputFormat(request.dimensions or DIMENSIONS)
    prepared, numbers = await texts.vectors(
        app, context, request.input, options, output, param="input", alias=_task_of(request.model)
    )
    duration = int((app.clock() - context.began_ms) * 1e6)
    body = OllamaResponse(request.model, [], duration, 0, prepared.tokens)
    head, _, tail = msgspec.json.encode(body).decode().partition('"embeddings":[')
    return HttpResponse(200, f'{head}"embeddings":[', prepared=prepared, numbers=numbers, tail=tail)


async def embeddings(app: App, context: RequestContext, request: OllamaPromptRequest) -> HttpResponse:
    """Embed one text."""
    task = _task_of(request.model)
    prepared, numbers = await texts.vectors(
        app, context, request.prompt, PromptOptions(), OutputFormat(), param="prompt", alias=task
    )
    return HttpResponse(200, '{"embedding":', prepared=prepared, numbers=numbers, tail="}")


async def tags(app: App, context: RequestContext, request: None) -> HttpResponse:  # noqa: ARG001
    """List the model names."""
    names = [f"{_NAME}:{name}" for name in ("latest", "300m", *prompts.TASKS)]
    return HttpResponse(200, msgspec.json.encode(Tags([OllamaModel(name, name) for name in names])).decode())


async def show(app: App, context: RequestContext, request: ShowRequest) -> HttpResponse:  # noqa: ARG001
    """Describe the model."""
    _task_of(request.model)
    return HttpResponse(200, msgspec.json.encode(OllamaDescription()).decode())


async def version(app: App, context: RequestContext, request: None) -> HttpResponse:  # noqa: ARG001
    """Return the version of the API."""
    return HttpResponse(200, msgspec.json.encode(Version()).decode())


_EMBED, _EMBED_ONE = "Embed 1 to 100 texts (Ollama)", "Embed one text (Ollama)"
ROUTES = (
    Route("POST", "/api/embed", embed, _EMBED, OllamaRequest, OllamaResponse, scope="embed"),
    Route("POST", "/api/embeddings", embeddings, _EMBED_ONE, OllamaPromptRequest, OllamaVector, scope="embed"),
    Route("GET", "/api/tags", tags, "The model names (Ollama)", response=Tags, scope="any"),
    Route("POST", "/api/show", show, "Describe the model (Ollama)", ShowRequest, OllamaDescription, scope="any"),
    Route("GET", "/api/version", version, "The version of the API (Ollama)", response=Version, scope="any"),
)
