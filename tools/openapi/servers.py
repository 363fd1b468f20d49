"""OpenAI's API as other servers have it."""

from dataclasses import replace

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


_PREFIX = {"prefix": "v1"}
_VERTEX = "/{prefix}/publishers/google/models/{model}"

ROUTES = {
    "POST /{base}/embeddings": About(
        tag=SERVERS,
        description=(
            "For clients that add more to their base URL: `/inference/v1`, `/v1/openai`, `/api/v3` and others. If the "
            "last part of `base` is a name of the model, it goes before the `model` of the body."
        ),
        uses=CALLS_MODEL,
        parameters={"base": "inference/v1"},
        examples=OPENAI_EXAMPLES,
        answer=VECTORS,
    ),
    "GET /{prefix}/models": replace(models_of("/v1/models", SERVERS)["GET /v1/models"], parameters=_PREFIX),
    f"POST {_VERTEX}:predict": About(
        tag=SERVERS,
        description="Vertex AI's route. `prefix` is a version, which a project and a location may follow.",
        uses=CALLS_MODEL,
        parameters={**_PREFIX, "model": _NAME},
        examples={
            "Two documents": {
                "instances": [
                    {"content": MARS, "task_type": "RETRIEVAL_DOCUMENT", "title": "Mars"},
                    {"content": CATS, "task_type": "RETRIEVAL_DOCUMENT"},
                ],
                "parameters": {"outputDimensionality": 256},
            }
        },
        answer={
            "predictions": [
                {"embeddings": {"values": values, "statistics": {"truncated": False, "token_count": 13}}}
                for values in (VECTOR, OTHER_VECTOR)
            ]
        },
    ),
    f"POST {_VERTEX}:embedContent": About(
        tag=SERVERS,
        description="The Gemini API's route at the address of Vertex AI.",
        uses=CALLS_MODEL,
        parameters={**_PREFIX, "model": _NAME},
        examples={
            "A document": {"content": {"parts": [{"text": MARS}]}, "embedContentConfig": {"taskType": "CLUSTERING"}}
        },
        answer={"embedding": {"values": VECTOR}, "usageMetadata": {"promptTokenCount": 13}},
    ),
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
