"""OpenRouter's address of OpenAI's API. The `code` of its errors is the status.

Source: the error types of the package openrouter.
"""

import msgspec

from embedder.api import models
from embedder.api.openai import embeddings_route
from embedder.api.routing import Api
from embedder.errors import EmbedderError

_PREFIX = "/api/v1/"


def error_text(error: EmbedderError) -> str:
    """Return `error` in OpenRouter's format. The code of this service is in `metadata`."""
    metadata = {"code": error.code, "param": error.param}
    item = {"code": error.status, "message": error.message, "metadata": metadata}
    return msgspec.json.encode({"error": item}).decode()


APIS = (
    Api(
        prefixes=(_PREFIX,),
        routes=(embeddings_route(f"{_PREFIX}embeddings", "OpenRouter"), *models.routes(f"{_PREFIX}models")),
        error_text=error_text,
        lenient=True,
    ),
)
