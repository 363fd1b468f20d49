"""Ollama's API: embed, and what its clients ask about models.

Source: Ollama's documentation, "API".
"""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from embedder import tasks
from embedder.adaptation import EQUAL
from embedder.api import models
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import Dimensions, OutputFormat, PromptOptions, as_boolean
from embedder.encoding import HOLE
from embedder.errors import EmbedderError
from embedder.operations.requests import Text
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS, MAX_TEXTS, MODEL_TOKENS

_VERSION = "0.11.10"  # the first version of Ollama that serves this model
_NAME = "embeddinggemma"
_TAG = re.compile(r":(?:latest|300m)(?=:|$)")
_RELEASED = "2025-09-04T00:00:00Z"
_NAMED = Meta(description="`embeddinggemma`, which may end in a tag and a task.")
_IGNORED = Meta(description="Accepted and ignored.")


class OllamaRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ollama's request. `keep_alive` and `options` are accepted and ignored."""

    model: Annotated[
        str,
        Meta(description="`embeddinggemma`, which may end in a tag and a task: `embeddinggemma:300m:search_query`."),
    ]
    input: Annotated[
        Text | Annotated[list[Text], Meta(min_length=1, max_length=MAX_TEXTS)],
        Meta(description=f"The text, or up to {MAX_TEXTS:,} texts."),
    ]
    truncate: Annotated[bool, Meta(description="false: reject texts that are too long.", extra={EQUAL: as_boolean})] = (
        True
    )
    dimensions: Dimensions = None
    keep_alive: Annotated[str | float | None, _IGNORED] = None
    options: Annotated[dict[str, Any] | None, _IGNORED] = None


class OllamaOptions(PromptOptions, kw_only=True):
    """The options of Ollama's request."""

    def asks_to_truncate(self) -> str:
        return '"truncate": true'


class OllamaPromptRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ollama's older request. `keep_alive` and `options` are accepted and ignored."""

    model: Annotated[str, _NAMED]
    prompt: Annotated[Text, Meta(description="The text. Despite the name, no prompt.")]
    keep_alive: Annotated[str | float | None, _IGNORED] = None
    options: Annotated[dict[str, Any] | None, _IGNORED] = None


class ShowRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for the description of a model. `verbose` is accepted and ignored."""

    model: Annotated[str, _NAMED]
    verbose: Annotated[bool | None, _IGNORED] = None


class OllamaResponse(Struct):
    """One vector per text. Durations are in nanoseconds; `prompt_eval_count` is an estimate."""

    model: Annotated[str, Meta(description="The model name.")]
    embeddings: Annotated[list[list[float]], Meta(description="One vector per text, in the order of the texts.")]
    total_duration: Annotated[int, Meta(description="Nanoseconds of the request.")]
    load_duration: Annotated[int, Meta(description="Always 0.")]
    prompt_eval_count: Annotated[int, Meta(description="Estimated tokens of the texts with their tasks.")]


class OllamaVector(Struct):
    """One vector."""

    embedding: Annotated[list[float], Meta(description="The vector.")]


class Version(Struct):
    """The version of Ollama whose API this is."""

    version: Annotated[str, Meta(description="The version.")] = _VERSION


class Details(Struct):
    """What is known of the model."""

    format: Annotated[str, Meta(description="Not known: empty.")] = ""
    family: Annotated[str, Meta(description="The family of the model.")] = "gemma3"
    families: Annotated[tuple[str, ...], Meta(description="The same, as a list.")] = ("gemma3",)
    parameter_size: Annotated[str, Meta(description="The number of parameters.")] = "300M"
    quantization_level: Annotated[str, Meta(description="Not known: empty.")] = ""


class OllamaModel(Struct):
    """A model name. `size` and `digest` are not known."""

    name: Annotated[str, Meta(description="The name.")]
    model: Annotated[str, Meta(description="The model name.")]
    modified_at: Annotated[str, Meta(description="The day of the model's release.")] = _RELEASED
    size: Annotated[int, Meta(description="Not known: 0.")] = 0
    digest: Annotated[str, Meta(description="Not known: empty.")] = ""
    details: Annotated[Details, Meta(description="What is known of the model.")] = msgspec.field(
        default_factory=Details
    )


class Tags(Struct):
    """All model names."""

    models: Annotated[list[OllamaModel], Meta(description="The models.")]


class OllamaDescription(Struct):
    """The description of the model."""

    details: Annotated[Details, Meta(description="What is known of the model.")] = msgspec.field(
        default_factory=Details
    )
    model_info: Annotated[
        dict[str, str | int], Meta(description="The context length in tokens, and the dimensions.")
    ] = msgspec.field(
        default_factory=lambda: {
            "general.architecture": "gemma3",
            "gemma3.context_length": MODEL_TOKENS,
            "gemma3.embedding_length": DIMENSIONS,
        }
    )
    capabilities: Annotated[tuple[str, ...], Meta(description="What the model can do.")] = ("embedding",)
    modified_at: Annotated[str, Meta(description="The day of the model's release.")] = _RELEASED


def error_text(error: EmbedderError) -> str:
    """Return `error` in Ollama's format."""
    return msgspec.json.encode({"error": error.message}).decode()


def _task_of(model: str) -> str | None:
    """Return the task in a model name, which may have one of Ollama's tags: `embeddinggemma:300m:search_query`."""
    return models.task_of(_TAG.sub("", model, count=1))


async def embed(app: App, context: RequestContext, request: OllamaRequest) -> Result:
    """Embed 1 to 2,048 texts."""
    options = OllamaOptions(truncate="end" if request.truncate else "error")
    output = OutputFormat(request.dimensions or DIMENSIONS)
    task = _task_of(request.model)
    prepared, numbers = await app.embedder.vectors(request.input, options, output, context, param="input", alias=task)
    duration = int((app.clock() - context.began_ms) * 1e6)
    body = OllamaResponse(
        model=request.model,
        embeddings=[HOLE],
        total_duration=duration,
        load_duration=0,
        prompt_eval_count=prepared.tokens,
    )
    return Result(body, prepared, numbers)


async def embeddings(app: App, context: RequestContext, request: OllamaPromptRequest) -> Result:
    """Embed one text."""
    task = _task_of(request.model)
    prepared, numbers = await app.embedder.vectors(
        request.prompt, PromptOptions(), OutputFormat(), context, param="prompt", alias=task
    )
    return Result(OllamaVector(HOLE), prepared, numbers)


async def tags(app: App, context: RequestContext, body: None) -> Result:
    """List the model names."""
    names = [f"{_NAME}:{name}" for name in ("latest", "300m", *tasks.TASKS)]
    return Result(Tags([OllamaModel(name, name) for name in names]))


async def show(app: App, context: RequestContext, request: ShowRequest) -> Result:
    """Describe the model."""
    _task_of(request.model)
    return Result(OllamaDescription())


async def version(app: App, context: RequestContext, body: None) -> Result:
    """Return the version of the API."""
    return Result(Version())


_ROUTES = (
    Route(
        method="POST",
        path="/api/embed",
        handler=embed,
        summary="Embed 1 to 2,048 texts (Ollama)",
        body=OllamaRequest,
        response=OllamaResponse,
        scope="embed",
    ),
    Route(
        method="POST",
        path="/api/embeddings",
        handler=embeddings,
        summary="Embed one text (Ollama)",
        body=OllamaPromptRequest,
        response=OllamaVector,
        scope="embed",
    ),
    Route(
        method="GET",
        path="/api/tags",
        handler=tags,
        summary="The model names (Ollama)",
        response=Tags,
        scope="any",
    ),
    Route(
        method="POST",
        path="/api/show",
        handler=show,
        summary="Describe the model (Ollama)",
        body=ShowRequest,
        response=OllamaDescription,
        scope="any",
    ),
    Route(
        method="GET",
        path="/api/version",
        handler=version,
        summary="The version of the API (Ollama)",
        response=Version,
        scope="any",
    ),
)
APIS = (Api(prefixes=("/api/",), routes=_ROUTES, error_text=error_text, lenient=True),)
