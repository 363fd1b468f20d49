"""Azure AI's inference API, whose address ends in `/models`.

Source: the package azure-ai-inference, `EmbeddingsClient` and `load_client`.
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


class ModelInfo(Struct):
    """The model of an address."""

    model_name: Annotated[str, Meta(description="The name.")] = models.NAME
    model_type: Annotated[str, Meta(description="What the model is for.")] = "embeddings"
    model_provider_name: Annotated[str, Meta(description="Who made the model.")] = "google"


async def info(app: App, context: RequestContext, body: None) -> Result:
    """Describe the model."""
    return Result(ModelInfo())


_INFO = Route(
    method="GET", path="/models/info", handler=info, summary="The model (Azure AI)", response=ModelInfo, scope="any"
)
APIS = (Api(routes=(embeddings_route("/models/embeddings", "Azure AI"), _INFO), error_text=error_text, lenient=True),)
