"""`inputs` on `/`, `/embed` and `/similarity`, and `/info`. Like a server of TEI, it adds no prompt by default.

Source: TEI's OpenAPI document, version 1.9.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from embedder.api.models import ModelInfo
from embedder.api.routing import Api, Route
from embedder.api.tei.forms import Info, Sentences, SimilarityRequest, TeiOptions, TeiRequest, Vectors, chosen
from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.options import OutputFormat
from embedder.encoding import PLACEHOLDER
from embedder.errors import EmbedderError, invalid
from embedder.operations.result import Result
from embedder.settings import DIMENSIONS

_SUMMARY = "Embed up to 2,048 texts, or compare one with others (TEI)"
STATUSES = {"text_too_long": 413, "invalid_request": 422}
# Routes of TEI that need another kind of model, or that the model's host does not offer.
_ABSENT = {
    "/embed_all": "the model returns one vector per text, not one per token",
    "/embed_sparse": "the model has no sparse vectors",
    "/rerank": "the model is not a re-ranker",
    "/predict": "the model is not a classifier",
    "/tokenize": "the tokenizer is not part of the service",
    "/decode": "the tokenizer is not part of the service",
    "/metrics": "Cloudflare counts requests, and the log has a line for each",
    "/vertex": "send the instances to POST /embed as inputs",
    "/invocations": "send the body to POST /embed",
}


def error_text(error: EmbedderError) -> str:
    """Return `error` in TEI's format."""
    kind = "Validation" if error.status < 429 else "Overloaded" if error.status in (429, 503) else "Backend"
    return msgspec.json.encode({"error": error.message, "error_type": kind}).decode()


def explain(error: EmbedderError, body: bytes) -> EmbedderError:
    """Return a clearer error for inputs that are no texts, such as token ids."""
    if (error.param or "").startswith("inputs") and error.message.endswith(("got int.", "got array.")):
        return invalid("inputs must be a text, or a list of texts; token ids can't be decoded.", "inputs")
    return error


async def embed(app: App, context: RequestContext, request: TeiRequest, *, alias: str | None = None) -> Result:
    """Embed up to 2,048 texts. `alias` is the task in the name of the model."""
    if isinstance(request.inputs, Sentences):
        raise invalid("inputs has sentences to compare; send them to POST /similarity.", "inputs")
    chosen(request, request.parameters)
    output = OutputFormat(request.dimensions or DIMENSIONS)
    prepared, numbers = await app.embedder.vectors(
        request.inputs, request.options(), output, context, param="inputs", alias=alias
    )
    # The last module of the model normalises, so its own output has length 1. Haystack sends false by default.
    return Result([PLACEHOLDER], prepared, numbers, ignored=("normalize",) if request.normalize is False else ())


async def embed_or_compare(app: App, context: RequestContext, request: TeiRequest) -> Result:
    """Embed up to 2,048 texts, or compare a sentence with others."""
    if isinstance(request.inputs, Sentences):
        return await _compare(app, context, request.inputs, chosen(request, request.parameters))
    return await embed(app, context, request)


async def similarity(
    app: App, context: RequestContext, request: SimilarityRequest, *, alias: str | None = None
) -> Result:
    """Compare a sentence with others. `alias` is the task in the name of the model."""
    return await _compare(app, context, request.inputs, chosen(request, request.parameters), alias)


async def _compare(
    app: App, context: RequestContext, inputs: Sentences, options: TeiOptions, alias: str | None = None
) -> Result:
    texts = [inputs.source_sentence, *inputs.sentences]
    prepared = app.embedder.prepare(texts, options.options(), param="inputs.sentences", alias=alias)
    output = OutputFormat(DIMENSIONS, "float32")
    answers = await app.embedder.embed(prepared, context, output)
    return Result([PLACEHOLDER], prepared, app.embedder.model.similarity(answers, DIMENSIONS, source=True))


async def info(app: App, context: RequestContext, body: None, *, query: Mapping[str, str]) -> Result:
    """Describe the server, or to Azure's clients, which send the version of an API, the model."""
    if "api-version" in query:
        return Result(ModelInfo())
    return Result(Info(max_input_length=app.settings.max_text_tokens))


def unknown(path: str) -> EmbedderError:
    """Return the error for a route of TEI that this service does not have."""
    return EmbedderError(
        "not_found",
        f"There is no {path[:100]} here" + (f": {reason}." if (reason := _ABSENT.get(path.rstrip("/"))) else "."),
    )


def route(path: str, handler: Any, body: Any, summary: str = _SUMMARY, *, selected_by: str = "") -> Route:  # noqa: ANN401
    """Return a route that takes `inputs`. `selected_by` is the field that tells its bodies from the native ones."""
    return Route(
        method="POST",
        path=path,
        handler=handler,
        summary=summary,
        body=body,
        response=Vectors,
        scope="embed",
        explain=explain,
        selected_by=selected_by,
    )


_INFO = Route(
    method="GET",
    path="/info",
    handler=info,
    summary="The model and the limits (TEI)",
    response=Info,
    takes_query=True,
    scope="any",
)
APIS = (
    Api(
        prefixes=tuple(_ABSENT),
        routes=(
            route("/", embed_or_compare, TeiRequest),
            route("/embed", embed, TeiRequest, selected_by="inputs"),
            route("/similarity", similarity, SimilarityRequest, selected_by="inputs"),
            _INFO,
        ),
        error_text=error_text,
        unknown=unknown,
        lenient=True,
        statuses=STATUSES,
    ),
)
