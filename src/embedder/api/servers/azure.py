"""Azure AI's inference API at an address that ends in `/models`.

Source: the package azure-ai-inference, `EmbeddingsClient` and `load_client`.
"""

from embedder.api.models import ModelInfo
from embedder.api.native import error_text
from embedder.api.openai import embeddings_route
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.operations.result import Result


async def info(app: App, context: RequestContext, body: None) -> Result:
    """Describe the model."""
    return Result(ModelInfo())


_INFO = Route(
    method="GET", path="/models/info", handler=info, summary="The model (Azure AI)", response=ModelInfo, scope="any"
)
APIS = (Api(routes=(embeddings_route("/models/embeddings", "Azure AI"), _INFO), error_text=error_text, lenient=True),)
