"""The own route of llama.cpp's server, `/embedding`. Its other route is OpenAI's.

Source: llama.cpp, tools/server/README.md, "POST /embeddings: non-OpenAI-compatible embeddings API".
"""

from typing import Annotated

from msgspec import Meta, Struct

from embedder.api import models
from embedder.api.native import error_text
from embedder.api.openai import explain
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import EmbedOptions
from embedder.encoding import PLACEHOLDER
from embedder.names.adaptation import ALSO
from embedder.operations.requests import ManyTexts, Text
from embedder.operations.result import Result
from embedder.settings import MAX_TEXTS

_ITEM = '{"index":#,"embedding":[@]}'


class LlamaRequest(EmbedOptions, kw_only=True):
    """Texts, and this service's own options."""

    content: Annotated[
        Text | ManyTexts,
        Meta(description=f"The text, or up to {MAX_TEXTS:,} texts.", extra={ALSO: ("input",)}),
    ]
    model: Annotated[str, Meta(description="The model name, which may end in a task. It may be left out.")] = ""


class LlamaEmbedding(Struct):
    """One vector, in a list: a model without pooling would have one for each token."""

    index: Annotated[int, Meta(description="The index of the text in the request.")]
    embedding: Annotated[list[list[float] | str], Meta(description="A list of one vector: numbers, or base64.")]


async def embed(app: App, context: RequestContext, request: LlamaRequest) -> Result:
    """Embed up to 2,048 texts."""
    task = models.task_of(app, request.model or models.NAME)
    prepared, numbers = await app.embedder.vectors(
        request.content, request, request.output(), context, param="content", alias=task
    )
    return Result([PLACEHOLDER], prepared, numbers, item=_ITEM)


_ROUTE = Route(
    method="POST",
    path="/embedding",
    handler=embed,
    summary="Embed up to 2,048 texts (llama.cpp)",
    body=LlamaRequest,
    response=list[LlamaEmbedding],
    scope="embed",
    explain=explain,
)
APIS = (Api(routes=(_ROUTE,), error_text=error_text, lenient=True),)
