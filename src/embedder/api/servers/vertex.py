"""Google's Vertex AI: `:predict` of a publisher's model, and the Gemini API's `:embedContent` there.

Source: Google's reference of Vertex AI, "Text embeddings API"; the packages @google/genai and @ai-sdk/google-vertex.
"""

from typing import Annotated

from msgspec import Meta, Struct

from embedder.api import google
from embedder.api.google import Content, GoogleRequest, Part
from embedder.api.routing import Api, Route
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import Dimensions, Truncate, as_boolean
from embedder.encoding import PLACEHOLDER
from embedder.names.adaptation import EQUAL
from embedder.operations.requests import Text
from embedder.operations.result import Result
from embedder.settings import MAX_TEXTS

_PATH = "/{prefix}/publishers/google/models/{model}"
_ITEM = '{"embeddings":{"values":@,"statistics":{"truncated":%s,"token_count":%d}}}'


class Instance(Struct, forbid_unknown_fields=True, kw_only=True):
    """A text to embed, and its prompt."""

    content: Annotated[Text, Meta(description="The text.")]
    task_type: google.TaskTypeField = None
    title: google.Title = None


class Parameters(Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """The size of the vectors, and what happens to texts that are too long."""

    output_dimensionality: Dimensions = None
    auto_truncate: Annotated[
        bool | None,
        Meta(description="False: reject texts that are too long. Default: truncate.", extra={EQUAL: as_boolean}),
    ] = None


class PredictRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """1 to 2,048 texts."""

    instances: Annotated[
        list[Instance], Meta(min_length=1, max_length=MAX_TEXTS, description=f"1 to {MAX_TEXTS:,} texts.")
    ]
    parameters: Annotated[Parameters | None, Meta(description="Options of all texts.")] = None


class Statistics(Struct):
    """Estimates."""

    truncated: Annotated[bool, Meta(description="Whether a text of the request was too long; a header names them.")]
    token_count: Annotated[int, Meta(description="Estimated tokens of the request, divided by its texts.")]


class Embeddings(Struct):
    """One vector."""

    values: Annotated[list[float], Meta(description="The numbers of the vector.")]
    statistics: Annotated[Statistics, Meta(description="Estimates.")]


class Prediction(Struct):
    """The vector of a text."""

    embeddings: Annotated[Embeddings, Meta(description="The vector.")]


class PredictResponse(Struct):
    """One vector per text."""

    predictions: Annotated[list[Prediction], Meta(description="One vector per text, in order.")]


async def predict(app: App, context: RequestContext, request: PredictRequest, *, model: str) -> Result:
    """Embed 1 to 2,048 texts."""
    options = request.parameters or Parameters()
    requests = [_request(instance, options) for instance in request.instances]
    count = len(requests)
    request.instances.clear()
    truncate: Truncate = "error" if options.auto_truncate is False else None
    prepared, numbers = await google.vectors(app, context, requests, model, "instances[#].content", truncate)
    item = _ITEM % ("true" if prepared.truncated else "false", -(-prepared.tokens // count))
    return Result(PredictResponse([PLACEHOLDER]), prepared, numbers, item=item)


def _request(instance: Instance, options: Parameters) -> GoogleRequest:
    return GoogleRequest(
        content=Content([Part(instance.content)]),
        task_type=instance.task_type,
        title=instance.title,
        output_dimensionality=options.output_dimensionality,
    )


_PREDICT = Route(
    method="POST",
    path=f"{_PATH}:predict",
    handler=predict,
    summary="Embed 1 to 2,048 texts (Vertex AI)",
    body=PredictRequest,
    response=PredictResponse,
    scope="embed",
    key_in_query=True,
)
_EMBED_CONTENT = google.embed_content_route(f"{_PATH}:embedContent", "Vertex AI")
APIS = (Api(routes=(_PREDICT, _EMBED_CONTENT), error_text=google.error_text, lenient=True),)
