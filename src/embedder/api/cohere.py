"""Cohere's embed endpoint, version 1 and 2.

Source: Cohere's API reference, "Embed API (v2)" and "Embed API (v1)".
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from embedder.api import models
from embedder.api.routing import HttpResponse, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import Encoding, OutputFormat, PromptOptions, Size
from embedder.errors import EmbedderError
from embedder.operations import texts
from embedder.operations.requests import Texts
from embedder.settings import DIMENSIONS, MAX_TEXTS_PER_CALL

_V1, _V2 = "/v1/embed", "/v2/embed"
InputType = Literal["search_query", "search_document", "classification", "clustering"]
EmbeddingTypes = Annotated[list[Encoding], Meta(min_length=1, max_length=6)]


class CohereRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Cohere's request: 1 to 100 texts."""

    model: Annotated[
        str, Meta(description="The model name, which may end in a task: `embeddinggemma-300m:search_query`.")
    ]
    texts: Annotated[Texts, Meta(description=f"1 to {MAX_TEXTS_PER_CALL} texts.")]
    input_type: Annotated[InputType | None, Meta(description="The task.")] = None
    embedding_types: Annotated[
        Encoding | EmbeddingTypes | None, Meta(description="One type of vectors, or up to 6.")
    ] = None
    output_dimension: Annotated[Size | None, Meta(description="Size of the vectors: truncated and renormalised.")] = (
        None
    )
    truncate: Annotated[
        Literal["NONE", "END"] | None, Meta(description="`END`: truncate texts that are too long. `NONE`: reject them.")
    ] = None


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


async def embed(app: App, context: RequestContext, request: CohereRequest) -> HttpResponse:
    """Embed 1 to 100 texts."""
    asked = request.embedding_types
    types = list(dict.fromkeys(asked)) if isinstance(asked, list) else [asked or "float"]
    by_type = asked is not None or context.log.path != _V1
    options = CohereOptions(task=request.input_type, truncate="error" if request.truncate == "NONE" else "end")
    output = OutputFormat(request.output_dimension or DIMENSIONS, ",".join(types))
    prepared, numbers = await texts.vectors(
        app, context, request.texts, options, output, param="texts", alias=models.task_of(request.model)
    )
    usage = CohereUsage(ApiVersion("1" if context.log.path == _V1 else "2"), BilledUnits(prepared.tokens))
    kind = "embeddings_by_type" if by_type else "embeddings_floats"
    encoded = msgspec.json.encode(CohereHead(context.log.request_id, request.texts, kind, usage))[:-1]
    request.texts.clear()  # the answer repeats the texts, which can take 16 MB twice
    prepared.texts.clear()
    head = encoded.decode()
    before, after = "[", "]"
    if by_type:
        before, after = ("{", "}") if len(types) > 1 else (f'{{"{types[0]}":[', "]}")
    return HttpResponse(200, f'{head},"embeddings":{before}', prepared=prepared, numbers=numbers, tail=after + "}")


ROUTES = tuple(
    Route("POST", path, embed, "Embed 1 to 100 texts (Cohere)", CohereRequest, CohereResponse, scope="embed")
    for path in (_V1, _V2)
)
