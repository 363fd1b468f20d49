"""The API of text-embeddings-inference (TEI)."""

from typing import Any

from msgspec import to_builtins

from embedder.api.tei.forms import Info
from embedder.api.tei.hosted import PATHS
from tools.openapi.about import CALLS_MODEL, CATS, MARS, OTHER_VECTOR, QUESTION, VECTOR, About

TEI = "Text Embeddings Inference"


def _hosted(pipeline: str, description: str, *, examples: dict[str, Any], answer: Any) -> dict[str, About]:  # noqa: ANN401
    """Return what is said of a pipeline of Hugging Face's hosted API."""
    parameters = {"model": "embeddinggemma-300m"}
    said = About(
        tag=TEI, description=description, uses=CALLS_MODEL, parameters=parameters, examples=examples, answer=answer
    )
    return {f"POST {path.format(pipeline)}": said for path in PATHS}


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
    **_hosted(
        "feature-extraction",
        "The body of `POST /`. The answer to a text that is no list is its vector, not a list of vectors.",
        examples={
            "Two documents": {"inputs": [MARS, CATS], "prompt_name": "document", "dimensions": 256},
        },
        answer=[VECTOR, OTHER_VECTOR],
    ),
    **_hosted(
        "sentence-similarity",
        "The comparison of `POST /`. The answer is a list of cosines.",
        examples={"A comparison": {"inputs": {"source_sentence": QUESTION, "sentences": [MARS, CATS]}}},
        answer=[0.7, 0.2],
    ),
    "GET /info": About(
        tag=TEI,
        description="With the query parameter `api-version`, the answer is that of `GET /models/info`, for Azure AI.",
        answer=to_builtins(Info()),
    ),
}
