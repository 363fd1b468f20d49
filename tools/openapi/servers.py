"""OpenAI's API as other servers have it."""

from msgspec import to_builtins

from embedder.api.models import ModelInfo
from embedder.api.servers.lm_studio import StudioModel, StudioModels
from tools.openapi.about import CALLS_MODEL, CATS, MARS, OTHER_VECTOR, VECTOR, About
from tools.openapi.compatible import OPENAI_EXAMPLES, VECTORS, models_of

SERVERS = "Other servers"
_NAME = "embeddinggemma-300m"


def _embeddings(path: str, description: str) -> dict[str, About]:
    known = About(tag=SERVERS, description=description, uses=CALLS_MODEL, examples=OPENAI_EXAMPLES, answer=VECTORS)
    return {f"POST {path}": known}


ROUTES = {
    **_embeddings("/models/embeddings", "For clients of Azure AI, whose address ends in `/models`."),
    "GET /models/info": About(tag=SERVERS, answer=to_builtins(ModelInfo())),
    **_embeddings("/api/v1/embeddings", "OpenRouter's address. The `code` of an error is the status."),
    **models_of("/api/v1/models", SERVERS),
    **_embeddings("/api/v0/embeddings", "LM Studio's address."),
    "GET /api/v0/models": About(tag=SERVERS, answer=to_builtins(StudioModels([StudioModel(_NAME)]))),
    "GET /api/v0/models/{id}": About(tag=SERVERS, parameters={"id": _NAME}, answer=to_builtins(StudioModel(_NAME))),
    "POST /embedding": About(
        tag=SERVERS,
        description="The own route of llama.cpp's server. Its vectors are lists of one vector.",
        uses=CALLS_MODEL,
        examples={"Two texts": {"content": [MARS, CATS], "task": "document"}},
        answer=[{"index": 0, "embedding": [VECTOR]}, {"index": 1, "embedding": [OTHER_VECTOR]}],
    ),
}
