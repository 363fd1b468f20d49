"""What Ollama's clients ask about models.

Source: Ollama's documentation, "API", the types of its clients, and of its server (api/types.go).
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from embedder.api import models
from embedder.api.ollama.embed import MEDIA_TYPES
from embedder.api.routing import Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import invalid
from embedder.names import tasks
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS, MODEL_TOKENS

_VERSION = "0.11.10"  # the first version of Ollama that serves this model
_RELEASED = "2025-09-04T00:00:00Z"
_NEVER = "9999-12-31T23:59:59Z"


class ShowRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for the description of a model, by either name of the field. `verbose` is accepted and ignored."""

    model: Annotated[str | None, Meta(description="The model name. Send either this or `name`.")] = None
    name: Annotated[str | None, Meta(description="The older name of `model`.")] = None
    verbose: Annotated[bool | None, Meta(description="Accepted and ignored.")] = None


class PullRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Download a model, by either name of the field. Nothing is downloaded: the model is there."""

    model: Annotated[str | None, Meta(description="The model name. Send either this or `name`.")] = None
    name: Annotated[str | None, Meta(description="The older name of `model`.")] = None
    stream: Annotated[bool | None, Meta(description="Accepted and ignored: the answer is one line.")] = None
    insecure: Annotated[bool | None, Meta(description="Accepted and ignored.")] = None


class Pulled(Struct):
    """The model is there."""

    status: Annotated[str, Meta(description="Always `success`.")] = "success"


class Version(Struct):
    """The version of Ollama whose API this is."""

    version: Annotated[str, Meta(description="The version.")] = _VERSION


class Details(Struct):
    """What is known of the model."""

    parent_model: Annotated[str, Meta(description="None: empty.")] = ""
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
    capabilities: Annotated[tuple[str, ...], Meta(description="What the model can do.")] = ("embedding",)


class Tags(Struct):
    """All model names."""

    models: Annotated[list[OllamaModel], Meta(description="The models.")]


class RunningModel(OllamaModel):
    """A model that is ready. There is no memory to report, and it stays."""

    expires_at: Annotated[str, Meta(description="Never.")] = _NEVER
    size_vram: Annotated[int, Meta(description="Not known: 0.")] = 0
    context_length: Annotated[int, Meta(description="Tokens of a text that the model reads.")] = MODEL_TOKENS


class RunningModels(Struct):
    """The models that are ready."""

    models: Annotated[list[RunningModel], Meta(description="The models.")]


class OllamaDescription(Struct):
    """The description of the model."""

    license: Annotated[str, Meta(description="Not known: empty.")] = ""
    modelfile: Annotated[str, Meta(description="None: empty.")] = ""
    parameters: Annotated[str, Meta(description="None: empty.")] = ""
    template: Annotated[str, Meta(description="None: empty.")] = ""
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


def _names(app: App) -> list[str]:
    """Return the names as Ollama writes them, with a tag; those of the operator last."""
    short = [f"{models.SHORT_NAME}:{tag}" for tag in ("latest", "300m", *tasks.TASKS)]
    long = [f"{models.NAME}:{tag}" for tag in ("latest", *tasks.TASKS)]
    return [*short, *long, *(name if ":" in name else f"{name}:latest" for name in app.settings.model_aliases)]


async def tags(app: App, context: RequestContext, body: None) -> Result:
    """List the model names."""
    return Result(Tags([OllamaModel(name, name) for name in _names(app)]))


async def running(app: App, context: RequestContext, body: None) -> Result:
    """List the model, which is always ready."""
    name = _names(app)[0]
    return Result(RunningModels([RunningModel(name, name)]))


async def show(app: App, context: RequestContext, request: ShowRequest) -> Result:
    """Describe the model."""
    _check_name(app, request)
    return Result(OllamaDescription())


async def pull(app: App, context: RequestContext, request: PullRequest) -> Result:
    """Answer a client that downloads the model before it uses it."""
    _check_name(app, request)
    return Result(Pulled())


def _check_name(app: App, request: ShowRequest | PullRequest) -> None:
    name = request.model or request.name
    if not name:
        raise invalid("Send the model name as model.", "model")
    models.task_of(app, name)


async def version(app: App, context: RequestContext, body: None) -> Result:
    """Return the version of the API."""
    return Result(Version())


ROUTES = (
    Route(
        method="GET",
        path="/api/tags",
        handler=tags,
        summary="The model names (Ollama)",
        response=Tags,
        scope="any",
    ),
    Route(
        method="GET",
        path="/api/ps",
        handler=running,
        summary="The models that are ready (Ollama)",
        response=RunningModels,
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
        media_types=MEDIA_TYPES,
    ),
    Route(
        method="POST",
        path="/api/pull",
        handler=pull,
        summary="Whether there is a model (Ollama)",
        body=PullRequest,
        response=Pulled,
        scope="any",
        media_types=MEDIA_TYPES,
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
