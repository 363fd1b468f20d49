"""The OpenAI dialect: embeddings and models. Its shape of an error is also the native one. No I/O.

Source: OpenAI's API reference, "Create embeddings" and "List models".
"""

from typing import Annotated

import msgspec

from embedder import prompts
from embedder.dialects import options
from embedder.dialects.options import EmbedOptions, Text
from embedder.errors import EmbedderError, InvalidRequestError, ModelNotFoundError
from embedder.model import Answer
from embedder.routing import Call, HttpResponse, Route
from embedder.service import encoded_rows
from embedder.settings import MAX_TEXTS_OPENAI, MAX_TEXTS_PER_CALL, MODEL

# Under which names the model answers; each may carry a task: `embeddinggemma-300m:search_query`.
MODEL_NAMES = ("embeddinggemma-300m", MODEL, "google/embeddinggemma-300m")
_CREATED = 1_756_944_000  # the day of the model's release, 2025-09-04, in seconds since the epoch
_ACCOUNT = "/client/v4/accounts/{account}/ai"

Inputs = Annotated[list[Text], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_TEXTS_OPENAI})]


class EmbeddingsRequest(EmbedOptions, kw_only=True):
    """OpenAI's request with our options beside it. `user` is accepted and not used."""

    input: Text | Inputs
    model: str
    user: str | None = None


class Embedding(msgspec.Struct):
    object: str
    index: int
    embedding: list[float] | str


class Usage(msgspec.Struct):
    """Tokens, estimated."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsResponse(msgspec.Struct):
    object: str
    data: list[Embedding]
    model: str
    usage: Usage


class Model(msgspec.Struct):
    id: str
    object: str = "model"
    created: int = _CREATED
    owned_by: str = "google"


class Models(msgspec.Struct):
    data: list[Model]
    object: str = "list"


class ErrorItem(msgspec.Struct):
    """All four keys are always there: OpenAI's clients read them unconditionally."""

    message: str
    type: str
    param: str | None
    code: str


def error_body(error: EmbedderError) -> bytes:
    """Return `error` as OpenAI writes it."""
    kind = "invalid_request_error" if error.status < 500 else "api_error"
    item = ErrorItem(error.message, kind, error.param, error.code)
    return msgspec.json.encode({"error": item, **error.details})


def explain(error: InvalidRequestError) -> InvalidRequestError:
    """Return a better error for an input of token numbers, which some clients send by default."""
    if (error.param or "").startswith("input[") and error.message.endswith(("got int.", "got array.")):
        return InvalidRequestError(
            "input holds token numbers, which only the model's own tokenizer could read; send text "
            "(LangChain: check_embedding_ctx_length=False).",
            param="input",
        )
    return error


def task_of_model(name: str) -> str | None:
    """Return the task that a model's name carries; ModelNotFoundError for any other model."""
    base, colon, task = name.partition(":")
    if base not in MODEL_NAMES or (colon and task not in prompts.TASK_VALUES):
        raise ModelNotFoundError(
            f"There is no model {name[:100]!r}; use {MODEL_NAMES[0]!r}, or with a prompt "
            f"{MODEL_NAMES[0] + ':' + prompts.QUERY!r} (GET /v1/models lists all).",
            param="model",
        )
    return prompts.resolve(task) if colon else None


async def embeddings(call: Call) -> HttpResponse:
    """Answer up to 2,048 texts, in calls of 100."""
    body: EmbeddingsRequest = call.body
    task = task_of_model(body.model)
    form = options.form_of(body)
    texts = options.text_list(body.input, param="input", limit=MAX_TEXTS_OPENAI)
    plan = options.plan(call.service, texts, body, param="input", task=task)

    usage = msgspec.json.encode({"model": body.model, "usage": Usage(plan.tokens, plan.tokens)})
    ends = b'{"object":"list","data":[', b"]," + usage[1:]
    read = encoded_rows(form)
    if len(texts) <= MAX_TEXTS_PER_CALL:
        [rows] = await call.service.collect(plan, call.trace, read)
        return HttpResponse(200, ends[0] + _items(0, rows) + ends[1], plan=plan)

    async def part(start: int, answer: Answer, count: int) -> object:
        items = _items(start, await read(start, answer, count))
        return call.offload(b"," + items if start else items)

    parts = await call.service.collect(plan, call.trace, part)
    return HttpResponse(200, [call.offload(ends[0]), *parts, call.offload(ends[1])], plan=plan)


def _items(start: int, rows: list[bytes]) -> bytes:
    return b",".join(
        [b'{"object":"embedding","index":%d,"embedding":%b}' % (start + place, row) for place, row in enumerate(rows)]
    )


async def models(call: Call) -> HttpResponse:  # noqa: ARG001
    names = [f"{name}:{task}" if task else name for name in MODEL_NAMES[:2] for task in ("", *prompts.TASKS)]
    return HttpResponse(200, msgspec.json.encode(Models([Model(name) for name in names])))


async def model(call: Call) -> HttpResponse:
    name = call.params["id"]
    task_of_model(name)
    return HttpResponse(200, msgspec.json.encode(Model(name)))


def _routes(prefix: str) -> tuple[Route, ...]:
    return (
        Route(
            method="POST",
            path=f"{prefix}/v1/embeddings",
            handler=embeddings,
            summary="Embed up to 2,048 texts (OpenAI)",
            body=EmbeddingsRequest,
            response=EmbeddingsResponse,
            explain=explain,
        ),
        Route(
            method="GET",
            path=f"{prefix}/v1/models",
            handler=models,
            summary="The names of the model (OpenAI)",
            response=Models,
        ),
        Route(
            method="GET",
            path=f"{prefix}/v1/models/{{id}}",
            handler=model,
            summary="One name of the model (OpenAI)",
            response=Model,
        ),
    )


ROUTES = (*_routes(""), *_routes(_ACCOUNT))
