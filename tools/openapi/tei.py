"""The API of text-embeddings-inference (TEI)."""

from msgspec import to_builtins

from embedder.api.tei.forms import Info
from tools.openapi.about import CALLS_MODEL, CATS, MARS, OTHER_VECTOR, QUESTION, VECTOR, About

TEI = "Text Embeddings Inference"

ROUTES = {
    "POST /": About(
        tag=TEI,
        description=(
            "The request of TEI, for clients whose address has no path. `POST /embed` takes it, too: there, `inputs` "
            "tells it from the service's own request, which has `text`. `POST /similarity` takes `inputs` with a "
            "`source_sentence` and `sentences`. The answer is a bare list: one vector per text, or one cosine per "
            "sentence."
        ),
        uses=CALLS_MODEL,
        examples={
            "Two texts": {"inputs": [MARS, CATS], "prompt_name": "document", "dimensions": 256},
            "A comparison": {"inputs": {"source_sentence": QUESTION, "sentences": [MARS, CATS]}},
        },
        answer=[VECTOR, OTHER_VECTOR],
    ),
    "GET /info": About(
        tag=TEI,
        description="With the query parameter `api-version`, the answer is that of `GET /models/info`, for Azure AI.",
        answer=to_builtins(Info()),
    ),
}
