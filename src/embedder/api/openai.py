"""OpenAI's embeddings endpoint, also as Voyage and Azure extend it.

Source: OpenAI's API reference, "Create embeddings"; Voyage's, "Text embeddings"; Azure's, "Embeddings - Create".
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from embedder.api import models
from embedder.api.native import error_text
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import SIZE, TASK, EmbedOptions, Encoding, OutputFormat, Size, as_boolean, encoding
from embedder.encoding import PLACEHOLDER, merged
from embedder.errors import EmbedderError, invalid
from embedder.names import tasks
from embedder.names.adaptation import EQUAL, lower
from embedder.names.tasks import Task
from embedder.operations.requests import ManyTexts, Text
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS, MAX_TEXTS

_TEXT_TYPES = ("text", "input_text")
_MAX_PARTS = 100  # of a text that is written as an object
_ITEM = '{"object":"embedding","index":#,"embedding":@}'


def _texts(value: object) -> object:
    """Return texts that are written as objects, as strings: `{"text": "a"}`, and with a `content` of text parts."""
    if not isinstance(value, list):
        return _text(value)
    return [_text(item) for item in value] if len(value) <= MAX_TEXTS else value  # more are an error


def _text(item: object) -> object:
    if not isinstance(item, dict):
        return item
    if item.keys() == {"content"} and isinstance(item["content"], list) and len(item["content"]) <= _MAX_PARTS:
        texts = [_text(part) for part in item["content"]]
        return "\n".join(map(str, texts)) if texts and all(isinstance(text, str) for text in texts) else item
    is_text = item.keys() <= {"text", "type"} and item.get("type", "text") in _TEXT_TYPES
    return item.get("text", item) if is_text else item


def _input_type(value: object) -> object:
    """Return null for Azure's `text`, which is any text, and otherwise what `tasks.equal` returns."""
    return None if isinstance(value, str) and lower(value) == "text" else tasks.equal(value)


class EmbeddingsRequest(EmbedOptions, kw_only=True):
    """OpenAI's request, Voyage's fields, and this service's own options. `user` is accepted and ignored."""

    input: Annotated[
        Text | ManyTexts,
        Meta(description=f"The text, or up to {MAX_TEXTS:,} texts. Token ids are rejected.", extra={EQUAL: _texts}),
    ]
    model: Annotated[
        str,
        Meta(
            description="The model name, which may end in a task: `embeddinggemma-300m:search_query`. "
            "`GET /v1/models` lists all. There is one model, so it may be left out."
        ),
    ] = ""
    input_type: Annotated[
        Task | None, Meta(description="Another name for `task`.", extra={**TASK, EQUAL: _input_type})
    ] = None
    user: Annotated[str | None, Meta(description="Accepted and ignored.")] = None
    output_dimension: Annotated[Size | None, Meta(description="Voyage's name for `dimensions`.", extra=SIZE)] = None
    output_dtype: Annotated[
        Literal["float", "int8", "uint8", "binary", "ubinary"] | None,
        Meta(
            description="Voyage's output type; it can be combined with `encoding_format` `base64`.",
            extra={EQUAL: encoding},
        ),
    ] = None
    embedding_type: Annotated[
        Encoding | None, Meta(description="Jina's name for `encoding_format`.", extra={EQUAL: encoding})
    ] = None
    truncation: Annotated[
        bool | None,
        Meta(description="Voyage's name for `truncate`: false is `error`.", extra={EQUAL: as_boolean}),
    ] = None

    def __post_init__(self) -> None:
        if self.truncation is not None and self.truncate is None:
            self.truncate = "end" if self.truncation else "error"

    def asks_to_truncate(self) -> str:
        return super().asks_to_truncate() if self.truncation is None else '"truncation": true'

    def output(self) -> OutputFormat:
        sizes = {self.dimensions, self.output_dimension} - {None}
        if len(sizes) > 1:
            raise invalid("dimensions and output_dimension differ; send one of them.", "output_dimension")
        kind: str = self.output_dtype or "float"
        encoding: str = self.encoding_format or self.embedding_type or "float"
        if self.embedding_type not in (None, encoding):
            raise invalid("encoding_format and embedding_type differ; send one of them.", "embedding_type")
        if kind != "float" and encoding not in ("float", "base64", kind):
            raise invalid("encoding_format and output_dtype differ; send one of them.", "output_dtype")
        if kind != "float":
            encoding = f"base64:{kind}" if encoding == "base64" else kind
        return OutputFormat(self.dimensions or self.output_dimension or DIMENSIONS, encoding)


class DeploymentRequest(EmbeddingsRequest, kw_only=True):
    """Azure's request. The path names the model; `model` is accepted and ignored."""

    model: Annotated[str, Meta(description="Accepted and ignored. The path names the model.")] = ""


class Embedding(Struct):
    """One vector."""

    object: Annotated[str, Meta(description="The type of this object.")]
    index: Annotated[int, Meta(description="The index of the text in the request.")]
    embedding: Annotated[list[float] | str, Meta(description="The vector: numbers, or base64.")]


class Usage(Struct):
    """Estimated token counts."""

    prompt_tokens: Annotated[int, Meta(description="Estimated tokens of the texts with their prompts.")]
    total_tokens: Annotated[int, Meta(description="The same number.")]
    completion_tokens: Annotated[int, Meta(description="0. Mistral's clients before 1.10 require it.")] = 0


class EmbeddingsResponse(Struct):
    """One vector per text, in the order of the texts."""

    id: Annotated[str, Meta(description="The id of the request, for Mistral's clients.")]
    object: Annotated[str, Meta(description="The type of this object.")]
    data: Annotated[list[Embedding], Meta(description="One vector per text, in the order of the texts.")]
    model: Annotated[str, Meta(description="The model name.")]
    usage: Annotated[Usage, Meta(description="Estimated tokens.")]
    encoding_format: Annotated[str, Meta(description="The format of the vectors, for Mixedbread's clients.")] = "float"
    normalized: Annotated[bool, Meta(description="The vectors have length 1, for Mixedbread's clients.")] = True


def voyage_error_text(error: EmbedderError) -> str:
    """Return `error` in OpenAI's format, with Voyage's `detail` and the `message` of Mistral and TEI in addition."""
    more = {"detail": error.message, "message": error.message}
    return bytes(merged(msgspec.Raw(error_text(error).encode()), more)).decode()


class _TokenIds(Struct):
    input: list[int | list[int]]


def explain(error: EmbedderError, body: bytes) -> EmbedderError:
    """Return a clearer error for token ids, which some clients send by default, and for images."""
    if (error.param or "").startswith("input[") and _has_token_ids(body):
        message = "input contains token ids, which this service can't decode; send text "
        return invalid(message + "(LangChain: check_embedding_ctx_length=False).", "input")
    if (error.param or "").startswith("input") and error.message.endswith("got object."):
        message = "is an object that is not text alone; send a string, as the model reads no images"
        return invalid(f"{error.param} {message}.", error.param)
    return error


def _has_token_ids(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=_TokenIds)
    except msgspec.DecodeError:
        return False
    return True


async def embeddings(app: App, context: RequestContext, request: EmbeddingsRequest) -> Result:
    """Embed up to 2,048 texts."""
    name = request.model or models.NAME
    task = models.task_of(app, name)
    prepared, numbers = await app.embedder.vectors(
        request.input, request, request.output(), context, param="input", alias=task
    )
    usage = Usage(prompt_tokens=prepared.tokens, total_tokens=prepared.tokens)
    body = EmbeddingsResponse(
        id=context.log.request_id,
        object="list",
        data=[PLACEHOLDER],
        model=name,
        usage=usage,
        encoding_format=request.encoding_format or request.embedding_type or request.output_dtype or "float",
    )
    return Result(body, prepared, numbers, item=_ITEM)


async def deployment_embeddings(
    app: App, context: RequestContext, request: DeploymentRequest, *, deployment: str
) -> Result:
    """Embed up to 2,048 texts with the model in the path."""
    request.model = deployment
    return await embeddings(app, context, request)


def embeddings_route(path: str, client: str, *, gateway: bool = False) -> Route:
    """Return a route with OpenAI's request and answer; `client` is whose clients call it."""
    return Route(
        method="POST",
        path=path,
        handler=embeddings,
        summary=f"Embed up to 2,048 texts ({client})",
        body=EmbeddingsRequest,
        response=EmbeddingsResponse,
        scope="embed",
        explain=explain,
        gateway=gateway,
    )


def _deployment_route(path: str, client: str) -> Route:
    return replace(embeddings_route(path, client), handler=deployment_embeddings, body=DeploymentRequest)


APIS = (
    Api(
        prefixes=("/v1/rerank", "/v1/multimodalembeddings", "/v1/contextualizedembeddings"),  # Voyage's, for its errors
        routes=(embeddings_route("/v1/embeddings", "OpenAI, Voyage"),),
        error_text=voyage_error_text,
        lenient=True,
    ),
    Api(
        routes=(embeddings_route("/embeddings", "OpenAI, base URL without /v1"), *models.routes("/models")),
        error_text=error_text,
        lenient=True,
    ),
    Api(
        prefixes=("/v1beta/openai/",),
        routes=(
            embeddings_route("/v1beta/openai/embeddings", "OpenAI, base URL of Google"),
            *models.routes("/v1beta/openai/models"),
        ),
        error_text=error_text,
        lenient=True,
    ),
    Api(
        prefixes=("/v1/", "/openai/"),
        routes=(
            embeddings_route("/openai/v1/embeddings", "Azure"),
            _deployment_route("/openai/deployments/{deployment}/embeddings", "Azure"),
            _deployment_route("/v1/engines/{deployment}/embeddings", "OpenAI before 2023, LocalAI"),
            *models.routes("/v1/models"),
            *models.routes("/openai/v1/models"),
            *models.routes("/openai/models"),  # of AzureOpenAI
        ),
        error_text=error_text,
        lenient=True,
    ),
)
