"""The APIs of other services, which their own clients call with only the base URL and the key changed.

Answers that do not depend on the request are those of the Worker's own Structs.
"""

from typing import Any

from msgspec import to_builtins

from embedder.api import models
from embedder.api.cloudflare import workers_ai
from embedder.api.ollama import listing
from embedder.settings import MODEL
from tools.openapi.about import CALLS_MODEL, CATS, MARS, OTHER_VECTOR, QUESTION, VECTOR, About

OPENAI, WORKERS_AI, COHERE, GOOGLE, OLLAMA = "OpenAI, Voyage, Azure", "Workers AI", "Cohere", "Google", "Ollama"
_NAME, _OLLAMA = "embeddinggemma-300m", "embeddinggemma"
_LATEST = f"{_OLLAMA}:latest"
_TEXTS = [MARS, CATS]
_ACCOUNT = {"account": "any"}
_CLIENT = """
```python
from openai import OpenAI

client = OpenAI(base_url="ADDRESS/v1", api_key="KEY")
answer = client.embeddings.create(
    model="embeddinggemma-300m:search_query",
    input=["Which planet is red?"],  # up to 2,048 texts
    dimensions=256,
)
print(len(answer.data[0].embedding))  # 256
```
"""
_MODEL_NAMES = "Every model name may end in a task: `embeddinggemma-300m:search_query`."
VECTORS = {
    "id": "4f0c6f0e-8d5e-4c4c-a1a1-0c6bb1f6c0a2",
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": VECTOR}],
    "model": f"{_NAME}:search_query",
    "usage": {"prompt_tokens": 13, "total_tokens": 13, "completion_tokens": 0},
    "encoding_format": "float",
    "normalized": True,
}
OPENAI_EXAMPLES = {
    "One search, with the task in the model name": {"model": f"{_NAME}:search_query", "input": QUESTION},
    "Documents, with this service's options": {
        "model": _NAME,
        "input": _TEXTS,
        "task": "search_document",
        "dimensions": 256,
        "truncate": "error",
    },
}
_VOYAGE_EXAMPLE = {
    "model": _NAME,
    "input": _TEXTS,
    "input_type": "document",
    "output_dimension": 256,
    "output_dtype": "int8",
}
_LISTED = to_builtins(models.ModelName(_NAME, f"models/{_NAME}", _NAME))


def models_of(prefix: str, tag: str, **parameters: str) -> dict[str, About]:
    """Return the examples of the two routes that list the model names under `prefix`."""
    listed = {"data": [_LISTED], "models": [_LISTED], "object": "list"}
    return {
        f"GET {prefix}": About(tag=tag, description=_MODEL_NAMES, parameters=parameters, answer=listed),
        f"GET {prefix}/{{id}}": About(tag=tag, parameters={**parameters, "id": _NAME}, answer=_LISTED),
    }


def _deployment(path: str, kind: str) -> dict[str, About]:
    return {
        f"POST {path}": About(
            tag=OPENAI,
            description=f"The name of the {kind} is the model name, and may end in a task.",
            uses=CALLS_MODEL,
            parameters={"deployment": f"{_NAME}:search_query"},
            examples={"A search": {"input": QUESTION}},
            answer=VECTORS,
        )
    }


def _google(version: str) -> dict[str, About]:
    path = f"POST /{version}/models/{{model}}"
    first: dict[str, Any] = {"content": {"parts": [{"text": MARS}]}, "taskType": "RETRIEVAL_DOCUMENT", "title": "Mars"}
    second: dict[str, Any] = {"content": {"parts": [{"text": CATS}]}, "taskType": "RETRIEVAL_DOCUMENT"}
    return {
        f"{path}:embedContent": About(
            tag=GOOGLE,
            uses=CALLS_MODEL,
            parameters={"model": _NAME},
            examples={"A document": {**first, "outputDimensionality": 256}},
            answer={"embedding": {"values": VECTOR}, "usageMetadata": {"promptTokenCount": 13}},
        ),
        f"{path}:batchEmbedContents": About(
            tag=GOOGLE,
            description="All contents of a request have the same `outputDimensionality`.",
            uses=CALLS_MODEL,
            parameters={"model": _NAME},
            examples={"Two documents": {"requests": [first, second]}},
            answer={
                "embeddings": [{"values": VECTOR}, {"values": OTHER_VECTOR}],
                "usageMetadata": {"promptTokenCount": 26},
            },
        ),
    }


def _cohere(version: str) -> dict[str, About]:
    several = {"float": [VECTOR], "int8": [[-100, 59, 26]]}
    request = {
        "model": _NAME,
        "texts": [MARS],
        "input_type": "search_document",
        "embedding_types": ["float", "int8"],
        "output_dimension": 256,
    }
    answer = {
        "id": "4f0c6f0e-8d5e-4c4c-a1a1-0c6bb1f6c0a2",
        "texts": [MARS],
        "response_type": "embeddings_by_type",
        "meta": {"api_version": {"version": version}, "billed_units": {"input_tokens": 21}},
        "embeddings": several,
    }
    examples: dict[str, Any] = {
        "Two types of vectors": request,
        "Floats": {"model": f"{_NAME}:search_query", "texts": [QUESTION]},
    }
    return {f"POST /v{version}/embed": About(tag=COHERE, uses=CALLS_MODEL, examples=examples, answer=answer)}


_RUN_EXAMPLES = {
    "Two texts": {"text": _TEXTS},
    "Fail at once if the model is busy": {"text": QUESTION, "options": {"rejectIfBusy": True}},
}
_RUN_ANSWER = {
    "result": {"shape": [2, 768], "data": [VECTOR, OTHER_VECTOR]},
    "success": True,
    "errors": [],
    "messages": [],
}


def _run(name: str, **parameters: str) -> dict[str, About]:
    return {
        f"POST /client/v4/accounts/{{account}}/ai/run/{name}": About(
            tag=WORKERS_AI,
            description="The request of the model at Cloudflare, with the options of `POST /embed` in addition.",
            uses=CALLS_MODEL,
            parameters={**_ACCOUNT, **parameters},
            examples=_RUN_EXAMPLES,
            answer=_RUN_ANSWER,
        )
    }


_WORKERS_AI = {
    "POST /client/v4/accounts/{account}/ai/v1/embeddings": About(
        tag=WORKERS_AI, uses=CALLS_MODEL, parameters=_ACCOUNT, examples=OPENAI_EXAMPLES, answer=VECTORS
    ),
    **_run(MODEL),
    **_run("{model}", model=_NAME),
    "GET /client/v4/accounts/{account}/ai/models/search": About(
        tag=WORKERS_AI,
        parameters=_ACCOUNT,
        answer=to_builtins(workers_ai.ListedModels([workers_ai.ListedModel()], workers_ai.ResultInfo(1, 1))),
    ),
}
_OLLAMA_ROUTES = {
    "POST /api/embed": About(
        tag=OLLAMA,
        uses=CALLS_MODEL,
        examples={
            "A search": {"model": f"{_OLLAMA}:search_query", "input": QUESTION},
            "Two documents": {"model": f"{_OLLAMA}:search_document", "input": _TEXTS, "dimensions": 256},
        },
        answer={
            "model": f"{_OLLAMA}:search_query",
            "embeddings": [VECTOR],
            "total_duration": 31000000,
            "load_duration": 0,
            "prompt_eval_count": 13,
        },
    ),
    "POST /api/embeddings": About(
        tag=OLLAMA,
        description="Ollama's older route, for clients that still call it.",
        uses=CALLS_MODEL,
        examples={"A search": {"model": f"{_OLLAMA}:search_query", "prompt": QUESTION}},
        answer={"embedding": VECTOR},
    ),
    "GET /api/tags": About(tag=OLLAMA, answer=to_builtins(listing.Tags([listing.OllamaModel(_LATEST, _LATEST)]))),
    "GET /api/ps": About(
        tag=OLLAMA, answer=to_builtins(listing.RunningModels([listing.RunningModel(_LATEST, _LATEST)]))
    ),
    "POST /api/show": About(
        tag=OLLAMA,
        examples={"The model": {"model": _OLLAMA}},
        answer=to_builtins(listing.OllamaDescription()),
    ),
    "POST /api/pull": About(
        tag=OLLAMA,
        description="For clients that download a model before they use it: this one is there.",
        examples={"The model": {"model": _OLLAMA}},
        answer=to_builtins(listing.Pulled()),
    ),
    "GET /api/version": About(tag=OLLAMA, answer=to_builtins(listing.Version())),
}

ROUTES = {
    "POST /v1/embeddings": About(
        tag=OPENAI,
        description=(
            "The route of OpenAI's and Voyage's clients: set their base URL to the address of this service and `/v1`. "
            "It takes up to 2,048 texts, and the options of `POST /embed` in addition to those of the clients. "
            f"{_MODEL_NAMES}\n{_CLIENT}"
        ),
        uses=CALLS_MODEL,
        examples={**OPENAI_EXAMPLES, "Voyage's request": _VOYAGE_EXAMPLE},
        answer=VECTORS,
    ),
    **models_of("/v1/models", OPENAI),
    "POST /openai/v1/embeddings": About(tag=OPENAI, uses=CALLS_MODEL, examples=OPENAI_EXAMPLES, answer=VECTORS),
    **_deployment("/openai/deployments/{deployment}/embeddings", "deployment"),
    **_deployment("/v1/engines/{deployment}/embeddings", "engine"),
    **models_of("/openai/v1/models", OPENAI),
    **models_of("/openai/models", OPENAI),
    "POST /embeddings": About(
        tag=OPENAI,
        description="For clients whose base URL is the address of this service, without `/v1`.",
        uses=CALLS_MODEL,
        examples=OPENAI_EXAMPLES,
        answer=VECTORS,
    ),
    **models_of("/models", OPENAI),
    "POST /v1beta/openai/embeddings": About(
        tag=OPENAI,
        description="For clients of OpenAI's API that are set up for Google.",
        uses=CALLS_MODEL,
        examples=OPENAI_EXAMPLES,
        answer=VECTORS,
    ),
    **models_of("/v1beta/openai/models", OPENAI),
    **_WORKERS_AI,
    **models_of("/client/v4/accounts/{account}/ai/v1/models", WORKERS_AI, account="any"),
    **_cohere("1"),
    **_cohere("2"),
    **_google("v1"),
    **_google("v1beta"),
    **models_of("/v1beta/models", GOOGLE),
    **_OLLAMA_ROUTES,
}
