"""Hugging Face's hosted API: TEI's bodies under paths with a pipeline and a model.

Source: Hugging Face, "Inference Providers", HF Inference; the packages huggingface_hub and @huggingface/inference.
"""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from embedder.api import models
from embedder.api.routing import Api, Route
from embedder.api.tei import protocol
from embedder.api.tei.forms import SimilarityRequest, TeiRequest, Vectors
from embedder.app import App
from embedder.context import RequestContext
from embedder.encoding import PLACEHOLDER
from embedder.operations.result import Result

# Of older clients, of those of the router, and of those that name it in their base URL.
_PATHS = ("/pipeline/{}/{{model}}", "/hf-inference/models/{{model}}/pipeline/{}", "/models/{{model}}/pipeline/{}")


async def extract(app: App, context: RequestContext, request: TeiRequest, *, model: str) -> Result:
    """Embed a text, whose answer is its vector, or up to 2,048 texts, whose answer is one vector per text."""
    result = await protocol.embed(app, context, request, alias=models.task_of(app, model))
    return replace(result, body=PLACEHOLDER) if isinstance(request.inputs, str) else result


async def compare(app: App, context: RequestContext, request: SimilarityRequest, *, model: str) -> Result:
    """Compare a sentence with others."""
    return await protocol.similarity(app, context, request, alias=models.task_of(app, model))


def _routes(pipeline: str, handler: Callable[..., Awaitable[Result]], summary: str, body: type) -> tuple[Route, ...]:
    return tuple(
        Route(
            method="POST",
            path=path.format(pipeline),
            handler=handler,
            summary=summary,
            body=body,
            response=Vectors,
            scope="embed",
            explain=protocol.explain,
        )
        for path in _PATHS
    )


_EXTRACT = "Embed up to 2,048 texts (Hugging Face)"
_COMPARE = "Compare a sentence with others (Hugging Face)"
APIS = (
    Api(
        routes=(
            *_routes("feature-extraction", extract, _EXTRACT, TeiRequest),
            *_routes("sentence-similarity", compare, _COMPARE, SimilarityRequest),
        ),
        error_text=protocol.error_text,
        lenient=True,
        statuses=protocol.STATUSES,
    ),
)
