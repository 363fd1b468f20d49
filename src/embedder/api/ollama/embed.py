"""Ollama's routes that embed texts.

Source: Ollama's documentation, "API", and `EmbedHandler` in its server/routes.go: without a text, the request loads the
model, and is answered with no vector.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from embedder.api import models
from embedder.api.routing import FORM, JSON, TEXT, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import TASK, Dimensions, OutputFormat, PromptOptions, as_boolean
from embedder.encoding import PLACEHOLDER
from embedder.names.adaptation import ALSO, EQUAL
from embedder.names.tasks import Task
from embedder.operations.requests import Text
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS, MAX_TEXTS, MODEL_TOKENS

_NAMED = Meta(description="`embeddinggemma`, which may end in a tag and a task.")
_IGNORED = Meta(description="Accepted and ignored.")
_Task = Annotated[Task | None, Meta(description="This service's own: the prompt of every text.", extra=TASK)]
MEDIA_TYPES = (JSON, FORM, TEXT)  # Ollama does not look at the type, and its examples send that of curl


def _nothing(value: object) -> object:
    """Return null for the empty text, which loads the model."""
    return None if value == "" else value


# A text under another name would otherwise be ignored, and the answer have no vector.
_TEXT: dict[str, Any] = {EQUAL: _nothing, ALSO: ("input", "inputs", "text", "texts")}


class OllamaRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ollama's request. `keep_alive` and `options` are accepted and ignored."""

    model: Annotated[
        str,
        Meta(description="`embeddinggemma`, which may end in a tag and a task: `embeddinggemma:300m:search_query`."),
    ]
    input: Annotated[
        Text | Annotated[list[Text], Meta(max_length=MAX_TEXTS)] | None,
        Meta(description=f"The text, or up to {MAX_TEXTS:,} texts. Without one, no vector.", extra=_TEXT),
    ] = None
    task: _Task = None
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
    prompt: Annotated[
        Text | None,
        Meta(
            description="The text. Despite the name, no prompt. Without one, the vector is empty.",
            extra=_TEXT,
        ),
    ] = None
    task: _Task = None
    keep_alive: Annotated[str | float | None, _IGNORED] = None
    options: Annotated[dict[str, Any] | None, _IGNORED] = None


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


def _ignored(options: dict[str, Any] | None) -> tuple[str, ...]:
    """Return the option that would cut texts off earlier than the model does, if a request has it."""
    tokens = (options or {}).get("num_ctx")
    return ("options.num_ctx",) if isinstance(tokens, int | float) and 0 < tokens < MODEL_TOKENS else ()


async def embed(app: App, context: RequestContext, request: OllamaRequest) -> Result:
    """Embed up to 2,048 texts."""
    options = OllamaOptions(task=request.task, truncate="end" if request.truncate else "error")
    output = OutputFormat(request.dimensions or DIMENSIONS)
    task = models.task_of(app, request.model)
    if not request.input:
        return Result(OllamaResponse(request.model, [], total_duration=0, load_duration=0, prompt_eval_count=0))
    prepared, numbers = await app.embedder.vectors(request.input, options, output, context, param="input", alias=task)
    duration = int((app.clock() - context.began_ms) * 1e6)
    body = OllamaResponse(
        model=request.model,
        embeddings=[PLACEHOLDER],
        total_duration=duration,
        load_duration=0,
        prompt_eval_count=prepared.tokens,
    )
    return Result(body, prepared, numbers, ignored=_ignored(request.options))


async def embeddings(app: App, context: RequestContext, request: OllamaPromptRequest) -> Result:
    """Embed one text."""
    task = models.task_of(app, request.model)
    if not request.prompt:
        return Result(OllamaVector([]))
    options = PromptOptions(task=request.task)
    prepared, numbers = await app.embedder.vectors(
        request.prompt, options, OutputFormat(), context, param="prompt", alias=task
    )
    return Result(OllamaVector(PLACEHOLDER), prepared, numbers, ignored=_ignored(request.options))


ROUTES = (
    Route(
        method="POST",
        path="/api/embed",
        handler=embed,
        summary="Embed up to 2,048 texts (Ollama)",
        body=OllamaRequest,
        response=OllamaResponse,
        scope="embed",
        media_types=MEDIA_TYPES,
    ),
    Route(
        method="POST",
        path="/api/embeddings",
        handler=embeddings,
        summary="Embed one text (Ollama)",
        body=OllamaPromptRequest,
        response=OllamaVector,
        scope="embed",
        media_types=MEDIA_TYPES,
    ),
)
