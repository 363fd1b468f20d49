"""Hugging Face's hosted API: TEI's bodies under paths with a pipeline and a model.

Source: Hugging Face, "Inference Providers", HF Inference; the packages huggingface_hub and @huggingface/inference.
"""

from msgspec.structs import replace

from embedder.api import models
from embedder.api.routing import Api
from embedder.api.tei import protocol
from embedder.api.tei.forms import SimilarityRequest, TeiRequest
from embedder.app import App
from embedder.context import RequestContext
from embedder.encoding import PLACEHOLDER
from embedder.operations.result import Result

# By the name of the pipeline: of older clients, of those of the router, and of those whose base URL has its first part.
PATHS = ("/pipeline/{}/{{model}}", "/hf-inference/models/{{model}}/pipeline/{}", "/models/{{model}}/pipeline/{}")


async def extract(app: App, context: RequestContext, request: TeiRequest, *, model: str) -> Result:
    """Embed a text, whose answer is its vector, or up to 2,048 texts, whose answer is one vector per text."""
    result = await protocol.embed(app, context, request, alias=models.task_of(app, model))
    return replace(result, body=PLACEHOLDER) if isinstance(request.inputs, str) else result


async def compare(app: App, context: RequestContext, request: SimilarityRequest, *, model: str) -> Result:
    """Compare a sentence with others."""
    return await protocol.similarity(app, context, request, alias=models.task_of(app, model))


_EXTRACT = (extract, TeiRequest, "Embed up to 2,048 texts (Hugging Face)")
_COMPARE = (compare, SimilarityRequest, "Compare a sentence with others (Hugging Face)")
APIS = (
    Api(
        routes=(
            *(protocol.route(path.format("feature-extraction"), *_EXTRACT) for path in PATHS),
            *(protocol.route(path.format("sentence-similarity"), *_COMPARE) for path in PATHS),
        ),
        error_text=protocol.error_text,
        lenient=True,
        statuses=protocol.STATUSES,
    ),
)
