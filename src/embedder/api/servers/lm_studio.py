"""LM Studio's REST API, version 0: its list of models, which says what each is for.

Source: LM Studio's documentation, "REST API v0".
"""

from typing import Annotated

from msgspec import Meta, Struct

from embedder.api import models
from embedder.api.native import error_text
from embedder.api.openai import embeddings_route
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.operations.result import Result
from embedder.settings import MODEL_TOKENS

_PREFIX = "/api/v0/"


class StudioModel(Struct):
    """A model name. What is not known is empty."""

    id: Annotated[str, Meta(description="The model name.")]
    object: Annotated[str, Meta(description="The type of this object.")] = "model"
    type: Annotated[str, Meta(description="What the model is for.")] = "embeddings"
    publisher: Annotated[str, Meta(description="Who made the model.")] = "google"
    arch: Annotated[str, Meta(description="The architecture.")] = "gemma3"
    compatibility_type: Annotated[str, Meta(description="The format of the file. Not known: empty.")] = ""
    quantization: Annotated[str, Meta(description="Not known: empty.")] = ""
    state: Annotated[str, Meta(description="Always `loaded`.")] = "loaded"
    max_context_length: Annotated[int, Meta(description="Tokens of a text that the model reads.")] = MODEL_TOKENS
    loaded_context_length: Annotated[int, Meta(description="The same, as the model is loaded.")] = MODEL_TOKENS


class StudioModels(Struct):
    """All model names."""

    data: Annotated[list[StudioModel], Meta(description="The model names.")]
    object: Annotated[str, Meta(description="The type of this object.")] = "list"


async def list_all(app: App, context: RequestContext, body: None) -> Result:
    """List the model names."""
    return Result(StudioModels(list(map(StudioModel, models.names(app)))))


async def describe(app: App, context: RequestContext, body: None, *, id: str) -> Result:
    """Describe one model name."""
    models.task_of(app, id)
    return Result(StudioModel(id))


_ROUTES = (
    embeddings_route(f"{_PREFIX}embeddings", "LM Studio"),
    Route(
        method="GET",
        path=f"{_PREFIX}models",
        handler=list_all,
        summary="The model names (LM Studio)",
        response=StudioModels,
        scope="any",
    ),
    Route(
        method="GET",
        path=f"{_PREFIX}models/{{id}}",
        handler=describe,
        summary="One model name (LM Studio)",
        response=StudioModel,
        scope="any",
    ),
)
APIS = (Api(prefixes=(_PREFIX,), routes=_ROUTES, error_text=error_text, lenient=True),)
