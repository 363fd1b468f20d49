"""Google's Gemini API: embedContent and batchEmbedContents.

Source: Google's Gemini API reference, "Embeddings". The current SDK uses /v1, older clients and curl examples /v1beta.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from embedder.api import models
from embedder.api.routing import Api, Route, unknown_path
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding import prompts
from embedder.embedding.embedder import PreparedTexts
from embedder.embedding.options import Dimensions, OutputFormat, PromptOptions, Truncate
from embedder.encoding import PLACEHOLDER
from embedder.errors import EmbedderError, invalid
from embedder.names import tasks
from embedder.names.adaptation import ALSO, EQUAL
from embedder.names.tasks import Task, known
from embedder.operations.requests import Text
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS, MAX_TEXTS, MAX_TEXTS_PER_CALL

TASKS: Mapping[str, Task | None] = {
    "TASK_TYPE_UNSPECIFIED": None,
    "RETRIEVAL_QUERY": "search_query",
    "RETRIEVAL_DOCUMENT": "search_document",
    "SEMANTIC_SIMILARITY": "semantic_similarity",
    "CLASSIFICATION": "classification",
    "CLUSTERING": "clustering",
    "QUESTION_ANSWERING": "question_answering",
    "FACT_VERIFICATION": "fact_verification",
    "CODE_RETRIEVAL_QUERY": "code_retrieval",
}
_TYPES: Mapping[str | None, str] = {task: name for name, task in TASKS.items()}
_NUMBERED = (*TASKS,)  # in the order of the numbers of Google's enum
TaskType = Literal[
    "TASK_TYPE_UNSPECIFIED",
    "RETRIEVAL_QUERY",
    "RETRIEVAL_DOCUMENT",
    "SEMANTIC_SIMILARITY",
    "CLASSIFICATION",
    "CLUSTERING",
    "QUESTION_ANSWERING",
    "FACT_VERIFICATION",
    "CODE_RETRIEVAL_QUERY",
]
_CONFIG = "embedContentConfig"
_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
_STATUS |= {429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}


def _task_type(value: object) -> object:
    """Return the task type of a number in Google's enum, or of a name that another API gives to the task."""
    if type(value) is int and 0 <= value < len(_NUMBERED):
        return _NUMBERED[value]
    return _TYPES.get(known(value), value) if isinstance(value, str) and known(value) else value


class Part(Struct, forbid_unknown_fields=True):
    """A part of a content: text."""

    text: Annotated[Text, Meta(description="The text.")]


class Content(Struct, forbid_unknown_fields=True):
    """A text. Its parts are concatenated; `role` is ignored."""

    parts: Annotated[
        list[Part], Meta(min_length=1, max_length=100, description="The parts of the text, which are concatenated.")
    ]
    role: Annotated[str | None, Meta(description="Accepted and ignored.")] = None


TaskTypeField = Annotated[
    TaskType | None,
    Meta(
        description="The task. `RETRIEVAL_QUERY` is `search_query`, `RETRIEVAL_DOCUMENT` is `search_document`.",
        extra={EQUAL: _task_type, ALSO: tasks.FIELDS},
    ),
]
Title = Annotated[str | None, Meta(description="Part of the document prompt; only with `RETRIEVAL_DOCUMENT`.")]


class GoogleConfig(Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """The prompt and the size of the vector."""

    task_type: TaskTypeField = None
    title: Title = None
    output_dimensionality: Dimensions = None

    def task(self) -> Task | None:
        """Return the task that the type stands for."""
        return TASKS[self.task_type or "TASK_TYPE_UNSPECIFIED"]


class GoogleRequest(GoogleConfig, kw_only=True):
    """A content to embed. `model` is accepted and ignored, because the path names the model."""

    content: Annotated[Content, Meta(description="The text.")]
    model: Annotated[str | None, Meta(description="Accepted and ignored. The path names the model.")] = None
    embed_content_config: Annotated[
        GoogleConfig | None, Meta(description="Vertex AI's place for the other fields.")
    ] = None

    def __post_init__(self) -> None:
        if config := self.embed_content_config:
            for name in ("task_type", "title", "output_dimensionality"):
                given, own = getattr(config, name), getattr(self, name)
                if given and own and given != own:
                    raise invalid("embedContentConfig and the fields beside it differ; send one of them.", _CONFIG)
                setattr(self, name, own or given)


class GoogleOptions(PromptOptions, kw_only=True):
    """The options of Google's request."""

    def asks_to_truncate(self) -> str:
        return '"autoTruncate": true'


class GoogleBatchRequest(Struct, forbid_unknown_fields=True):
    """1 to 2,048 contents with the same dimensions."""

    requests: Annotated[
        list[GoogleRequest],
        Meta(min_length=1, max_length=MAX_TEXTS, description=f"1 to {MAX_TEXTS:,} contents."),
    ]


class GoogleValues(Struct):
    """One vector."""

    values: Annotated[list[float], Meta(description="The numbers of the vector.")]


class GoogleUsage(Struct, rename="camel"):
    """Estimated tokens."""

    prompt_token_count: Annotated[int, Meta(description="Estimated tokens of the texts with their prompts.")]


class GoogleResponse(Struct, rename="camel"):
    """The vector of a content."""

    embedding: Annotated[GoogleValues, Meta(description="The vector.")]
    usage_metadata: Annotated[GoogleUsage, Meta(description="Estimated tokens.")]


class GoogleBatchResponse(Struct, rename="camel"):
    """One vector per content."""

    embeddings: Annotated[list[GoogleValues], Meta(description="One vector per content, in order.")]
    usage_metadata: Annotated[GoogleUsage, Meta(description="Estimated tokens.")]


def error_text(error: EmbedderError) -> str:
    """Return `error` in Google's format."""
    status = _STATUS.get(error.status, "INVALID_ARGUMENT" if error.status < 500 else "INTERNAL")
    return msgspec.json.encode({"error": {"code": error.status, "message": error.message, "status": status}}).decode()


async def embed_content(app: App, context: RequestContext, request: GoogleRequest, *, model: str) -> Result:
    """Embed one content."""
    prepared, numbers = await vectors(app, context, [request], model, "content")
    return Result(GoogleResponse(GoogleValues(PLACEHOLDER), GoogleUsage(prepared.tokens)), prepared, numbers)


async def batch_embed_contents(app: App, context: RequestContext, request: GoogleBatchRequest, *, model: str) -> Result:
    """Embed 1 to 2,048 contents."""
    prepared, numbers = await vectors(app, context, request.requests, model, "requests[#].content")
    return Result(
        GoogleBatchResponse([PLACEHOLDER], GoogleUsage(prepared.tokens)), prepared, numbers, item='{"values":@}'
    )


async def vectors(
    app: App,
    context: RequestContext,
    requests: list[GoogleRequest],
    model: str,
    param: str,
    truncate: Truncate = None,
) -> tuple[PreparedTexts, object]:
    """Embed contents with the model in the path. `param` is the path of a content, for errors."""
    output = OutputFormat(_dimensions(requests))
    alias = models.task_of(app, model)
    texts = [_text(request.content) for request in requests]
    if len(texts) > MAX_TEXTS_PER_CALL:
        await context.lifetime.yield_to_others()
    if len({request.task() for request in requests}) > 1:
        texts = [_prompted(text, request, alias) for text, request in zip(texts, requests, strict=True)]
        prompt, alias = GoogleOptions(truncate=truncate), None
    else:
        titles = [request.title or "" for request in requests]
        prompt = GoogleOptions(task=requests[0].task(), title=titles if any(titles) else None, truncate=truncate)
    given = texts if "#" in param else texts[0]
    return await app.embedder.vectors(given, prompt, output, context, param=param, alias=alias)


def _dimensions(requests: list[GoogleRequest]) -> int:
    """Return the size that all requests of a batch ask for."""
    size = requests[0].output_dimensionality or DIMENSIONS
    for index, request in enumerate(requests):
        if (request.output_dimensionality or DIMENSIONS) != size:
            message = f"requests[{index}] and requests[0] differ in outputDimensionality; send two batches."
            raise invalid(message, f"requests[{index}]")
    return size


def _prompted(text: str, request: GoogleRequest, alias: str | None) -> str:
    """Return a text of a batch with several tasks, with its prompt."""
    task = request.task()
    if alias and task and alias != task:
        raise invalid(f"The model and taskType name different tasks: {alias}, {task}; send one of them.", "taskType")
    return prompts.apply(task or alias, [text], [request.title] if request.title else None)[0]


def _text(content: Content) -> str:
    """Return the text of a content, and release its parts."""
    text = "".join(part.text for part in content.parts)
    content.parts.clear()
    return text


def unknown(path: str) -> EmbedderError:
    """Return the error for a method that this service does not have, such as `:countTokens`."""
    _, colon, verb = path.rpartition(":")
    if not colon or verb in models.METHODS:
        return unknown_path(path)
    served = " and ".join(f":{method}" for method in models.METHODS)
    return EmbedderError("not_found", f"There is no :{verb[:100]} here; this service has {served}.")


def embed_content_route(path: str, client: str) -> Route:
    """Return a route that embeds one content."""
    return Route(
        method="POST",
        path=path,
        handler=embed_content,
        summary=f"Embed a content ({client})",
        body=GoogleRequest,
        response=GoogleResponse,
        scope="embed",
        key_in_query=True,
    )


def _routes(version: str) -> tuple[Route, ...]:
    return (
        embed_content_route(f"/{version}/models/{{model}}:embedContent", "Google"),
        Route(
            method="POST",
            path=f"/{version}/models/{{model}}:batchEmbedContents",
            handler=batch_embed_contents,
            summary="Embed 1 to 2,048 contents (Google)",
            body=GoogleBatchRequest,
            response=GoogleBatchResponse,
            scope="embed",
            key_in_query=True,
        ),
    )


APIS = (
    Api(
        prefixes=("/v1beta/", "/v1/models/{model}:"),
        routes=(*_routes("v1"), *_routes("v1beta"), *models.routes("/v1beta/models", key_in_query=True)),
        error_text=error_text,
        unknown=unknown,
        lenient=True,
    ),
)
