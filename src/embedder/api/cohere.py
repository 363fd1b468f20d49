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
from embedder.settings import DIMENSIONS

_V1, _V2 = "/v1/embed", "/v2/embed"
InputType = Literal["search_query", "search_document", "classification", "clustering"]
EmbeddingTypes = Annotated[list[Encoding], Meta(min_length=1, max_length=6)]


class CohereRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Cohere's request: 1 to 100 texts."""

    model: str
    texts: Texts
    input_type: InputType | None = None
    embedding_types: Encoding | EmbeddingTypes | None = None
    output_dimension: Size | None = None
    truncate: Literal["NONE", "END"] | None = None


class CohereOptions(PromptOptions, kw_only=True):
    """The options of Cohere's request."""

    def asks_to_truncate(self) -> str:
        return '"truncate": "END"'


class CohereEmbeddings(Struct, omit_defaults=True):
    """The vectors in each requested type."""

    floats: list[list[float]] | None = msgspec.field(default=None, name="float")
    int8: list[list[int]] | None = None
    uint8: list[list[int]] | None = None
    binary: list[list[int]] | None = None
    ubinary: list[list[int]] | None = None
    base64: list[str] | None = None


class ApiVersion(Struct):
    """The version of Cohere's API."""

    version: str


class BilledUnits(Struct):
    """Estimated tokens."""

    input_tokens: int


class CohereUsage(Struct):
    """The version of the API, and estimated tokens."""

    api_version: ApiVersion
    billed_units: BilledUnits


class CohereHead(Struct):
    """An answer without its vectors."""

    id: str
    texts: list[str]
    response_type: str
    meta: CohereUsage


class CohereResponse(CohereHead):
    """One vector per text. `embeddings` is a list in version 1 if the request has no `embedding_types`."""

    embeddings: CohereEmbeddings | list[list[float]]


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
    head = msgspec.json.encode(CohereHead(context.log.request_id, request.texts, kind, usage)).decode()[:-1]
    before, after = "[", "]"
    if by_type:
        before, after = ("{", "}") if len(types) > 1 else (f'{{"{types[0]}":[', "]}")
    return HttpResponse(200, f'{head},"embeddings":{before}', prepared=prepared, numbers=numbers, tail=after + "}")


ROUTES = tuple(
    Route("POST", path, embed, "Embed 1 to 100 texts (Cohere)", CohereRequest, CohereResponse, scope="embed")
    for path in (_V1, _V2)
)
