"""OpenAI's endpoints in Cloudflare's REST API of Workers AI.

Source: Cloudflare's documentation, "OpenAI compatible API endpoints".
"""

from msgspec import Raw

from embedder.api import models, native, openai
from embedder.api.cloudflare import workers_ai
from embedder.api.routing import Api
from embedder.encoding import merged
from embedder.errors import EmbedderError

_PREFIX = "/client/v4/accounts/{account}/ai/v1/"


def error_text(error: EmbedderError) -> str:
    """Return `error` in the format of Cloudflare's API, with OpenAI's `error` in addition."""
    texts = workers_ai.error_text(error), native.error_text(error)
    return bytes(merged(*(Raw(text.encode()) for text in texts))).decode()


APIS = (
    Api(
        prefixes=(_PREFIX,),
        routes=(
            openai.embeddings_route(f"{_PREFIX}embeddings", "OpenAI", gateway=True),
            *models.routes(f"{_PREFIX}models"),
        ),
        error_text=error_text,
        lenient=True,
    ),
)
