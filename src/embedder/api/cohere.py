"""Cohere's embed endpoint, version 1 and 2.

Source: Cohere's API reference, "Embed API (v2)" and "Embed API (v1)".
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from embedder.api import models
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import TASK, Dimensions, Encoding, OutputFormat, PromptOptions, encoding, truncation
from embedder.encoding import MEMBERS_PLACEHOLDER, PLACEHOLDER, merged
from embedder.errors import EmbedderError, invalid
from embedder.names.adaptation import EQUAL
from embedder.names.tasks import Task
from embedder.operations.requests import ManyTexts, Text
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS, LARGE_BYTES, MAX_TEXTS

_MAX_TYPES = 6
EmbeddingTypes = Annotated[list[Encoding], Meta(min_length=1, max_length=_MAX_TYPES)]


class CohereContent(Struct, forbid_unknown_fields=True):
    """A part of an input: text."""

    text: Annotated[Text, Meta(description="The text.")]
    type: Annotated[Literal["text"], Meta(description="Images are rejected: the model reads text alone.")] = "text"


class CohereInput(Struct, forbid_unknown_fields=True):
    """A text in parts, which are joined with line breaks."""

    content: Annotated[list[CohereContent], Meta(min_length=1, max_length=100, description="The parts of the text.")]


def _types_of(value: object) -> object:
    """Return types of vectors in lower case."""
    return list(map(encoding, value[: _MAX_TYPES + 1])) if isinstance(value, list) else encoding(value)


def _truncation(value: object) -> object:
    found = truncation(value)
    return {"end": "END", "error": "NONE"}.get(found, value) if isinstance(found, str) else value


class CohereRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Cohere's request: texts, or inputs with text content."""

    model: Annotated[
        str,
        Meta(
            description="The model name, which may end in a task: `embeddinggemma-300m:search_query`. "
            "There is one model, so it may be left out."
        ),
    ] = models.NAME
    texts: Annotated[
        ManyTexts | None,
        Meta(description=f"1 to {MAX_TEXTS:,} texts. Send either these or `inputs`."),
    ] = None
    inputs: Annotated[
        Annotated[list[CohereInput], Meta(min_length=1, max_length=MAX_TEXTS)] | None,
        Meta(description=f"1 to {MAX_TEXTS:,} inputs with text content."),
    ] = None
    input_type: Annotated[Task | None, Meta(description="The task.", extra=TASK)] = None
    embedding_types: Annotated[
        Encoding | EmbeddingTypes | None, Meta(description="One type of vectors, or up to 6.", extra={EQUAL: _types_of})
    ] = None
    output_dimension: Dimensions = None
    truncate: Annotated[
        Literal["NONE", "END"] | None,
        Meta(description="`END`: truncate texts that are too long. `NONE`: reject them.", extra={EQUAL: _truncation}),
    ] = None

    def all_texts(self) -> list[str]:
        """Return the texts, and release the inputs."""
        if (self.texts is None) == (self.inputs is None):
            raise invalid("Send either texts or inputs.", "texts")
        texts = self.texts or ["\n".join(part.text for part in item.content) for item in self.inputs or ()]
        self.inputs = None
        return texts


class CohereOptions(PromptOptions, kw_only=True):
    """The options of Cohere's request."""

    def asks_to_truncate(self) -> str:
        return '"truncate": "END"'


class CohereEmbeddings(Struct, omit_defaults=True):
    """The vectors in each requested type."""

    floats: Annotated[list[list[float]] | None, Meta(description="Vectors of floats.")] = msgspec.field(
        default=None, name="float"
    )
    int8: Annotated[list[list[int]] | None, Meta(description="Vectors of integers from -128 to 127.")] = None
    uint8: Annotated[list[list[int]] | None, Meta(description="Vectors of integers from 0 to 255.")] = None
    binary: Annotated[list[list[int]] | None, Meta(description="Signs, 8 per signed byte.")] = None
    ubinary: Annotated[list[list[int]] | None, Meta(description="Signs, 8 per byte.")] = None
    base64: Annotated[list[str] | None, Meta(description="Little-endian float32 in base64.")] = None


class ApiVersion(Struct):
    """The version of Cohere's API."""

    version: Annotated[str, Meta(description="The version.")]


class BilledUnits(Struct):
    """Estimated tokens."""

    input_tokens: Annotated[int, Meta(description="Estimated tokens of the texts with their prompts.")]


class CohereUsage(Struct):
    """The version of the API, and estimated tokens."""

    api_version: Annotated[ApiVersion, Meta(description="The version of the API.")]
    billed_units: Annotated[BilledUnits, Meta(description="What was counted.")]


class CohereHead(Struct):
    """An answer without its vectors."""

    id: Annotated[str, Meta(description="The id of the request.")]
    texts: Annotated[list[str], Meta(description="The texts of the request.")]
    response_type: Annotated[str, Meta(description="`embeddings_by_type`, or `embeddings_floats` in version 1.")]
    meta: Annotated[CohereUsage, Meta(description="The version of the API, and estimated tokens.")]


class CohereResponse(CohereHead):
    """One vector per text. `embeddings` is a list in version 1 if the request has no `embedding_types`."""

    embeddings: Annotated[
        CohereEmbeddings | list[list[float]],
        Meta(description="The vectors by type; in version 1 without `embedding_types`, a list of vectors."),
    ]


def error_text(error: EmbedderError) -> str:
    """Return `error` in Cohere's format."""
    return msgspec.json.encode({"message": error.message}).decode()


async def embed_v1(app: App, context: RequestContext, request: CohereRequest) -> Result:
    """Embed 1 to 2,048 texts. Without `embedding_types`, the answer is a list of floats."""
    if request.embedding_types is None:
        return await _embed(app, context, request, version="1", types=["float"], by_type=False)
    return await _embed(app, context, request, version="1", types=_types(request))


async def embed_v2(app: App, context: RequestContext, request: CohereRequest) -> Result:
    """Embed 1 to 2,048 texts."""
    return await _embed(app, context, request, version="2", types=_types(request))


def _types(request: CohereRequest) -> list[str]:
    """Return each requested type once."""
    types = request.embedding_types or "float"
    return list(dict.fromkeys(types)) if isinstance(types, list) else [types]


async def _embed(
    app: App, context: RequestContext, request: CohereRequest, *, version: str, types: list[str], by_type: bool = True
) -> Result:
    param = "texts" if request.texts else "inputs[#].content"
    texts = request.all_texts()
    options = CohereOptions(task=request.input_type, truncate="error" if request.truncate == "NONE" else "end")
    output = OutputFormat(request.output_dimension or DIMENSIONS, ",".join(types))
    prepared, numbers = await app.embedder.vectors(
        texts, options, output, context, param=param, alias=models.task_of(app, request.model)
    )
    response = CohereResponse(
        id=context.log.request_id,
        texts=texts,
        response_type="embeddings_by_type" if by_type else "embeddings_floats",
        meta=CohereUsage(ApiVersion(version), BilledUnits(prepared.tokens)),
        embeddings=_embeddings(types) if by_type else [PLACEHOLDER],
    )
    body = merged(response)
    texts.clear()  # the JSON has them; as text they can take 16 MB twice
    prepared.texts.clear()
    if memoryview(body).nbytes > LARGE_BYTES:
        await context.lifetime.yield_to_others()
    return Result(body, prepared, numbers)


def _embeddings(types: list[str]) -> Any:  # noqa: ANN401
    return {types[0]: [PLACEHOLDER]} if len(types) == 1 else MEMBERS_PLACEHOLDER


def _route(version: str, handler: Any) -> Route:  # noqa: ANN401
    return Route(
        method="POST",
        path=f"/v{version}/embed",
        handler=handler,
        summary="Embed 1 to 2,048 texts (Cohere)",
        body=CohereRequest,
        response=CohereResponse,
        scope="embed",
    )


APIS = (Api(routes=(_route("1", embed_v1), _route("2", embed_v2)), error_text=error_text, lenient=True),)
