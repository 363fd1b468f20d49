"""OpenAI's API under the base URLs of other services, such as `/inference/v1` and `/v1/openai`.

Clients add these parts of the address by themselves. Paths that another API has are not among them.
"""

from msgspec.structs import replace

from embedder.api import models
from embedder.api.openai import EmbeddingsRequest, embeddings, embeddings_route, voyage_error_text
from embedder.api.routing import Api
from embedder.app import App
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.operations.result import Result

_NAMED_BEFORE = ("deployments", "engines")  # parts of a path that a name of a model follows


async def embeddings_anywhere(app: App, context: RequestContext, request: EmbeddingsRequest, *, base: str) -> Result:
    """Embed up to 2,048 texts. A model in the path goes before the one in the body, as in a deployment of Azure."""
    *_, before, last = ["", *base.split("/")]
    if before in _NAMED_BEFORE or _is_name(app, last):
        request.model = last
    return await embeddings(app, context, request)


def _is_name(app: App, part: str) -> bool:
    try:
        models.task_of(app, part)
    except EmbedderError:
        return False
    return True


APIS = (
    Api(
        routes=(
            replace(embeddings_route("/{base}/embeddings", "any other base URL"), handler=embeddings_anywhere),
            models.routes("/{prefix}/models")[0],
        ),
        error_text=voyage_error_text,
        lenient=True,
    ),
)
