"""The native API: embeddings, documents and search, and what the service says about itself."""

from embedder import settings
from tools.openapi.about import CALLS_BOTH, CALLS_INDEX, CALLS_MODEL, CATS, MARS, OTHER_VECTOR, QUESTION, VECTOR, About

EMBEDDINGS, DOCUMENTS, SERVICE = "Embeddings", "Documents and search", "Service"
_NAMESPACE = "examples"
_IDS = ["example-mars", "example-cats"]
_TITLE = (
    "Choose the `task` by what the vectors are for: `search_document` for the texts that are searched, `search_query` "
    "for the searches. The vectors of both belong together."
)
_STORE_FIRST = "The example of `PUT /vectors` stores what the examples here find."
_VISIBLE = "A write becomes visible after some seconds. With `wait`, the answer comes when it is visible."

ROUTES = {
    "POST /embed": About(
        tag=EMBEDDINGS,
        description=f"Embeds up to 100 texts, and stores the vectors on request. {_TITLE}",
        uses=CALLS_BOTH,
        examples={
            "Documents for a search": {"text": [MARS, CATS], "task": "search_document", "dimensions": 256},
            "One text without a prompt": {"text": "a llama"},
            "A small vector: 96 bytes in base64": {
                "text": QUESTION,
                "task": "search_query",
                "encoding_format": "ubinary",
            },
            "Embed and store": {
                "text": [MARS, CATS],
                "task": "search_document",
                "store": {"ids": _IDS, "namespace": _NAMESPACE, "metadata": [{"year": 1610}, {"year": 2020}]},
            },
        },
        answer={"shape": [2, 256], "data": [VECTOR, OTHER_VECTOR]},
    ),
    "POST /similarity": About(
        tag=EMBEDDINGS,
        description="Returns cosines and no vectors. The default is the prompt `semantic_similarity`.",
        uses=CALLS_MODEL,
        examples={
            "A source and texts": {"source": QUESTION, "texts": [MARS, CATS]},
            "All pairs of texts": {"texts": [MARS, CATS, QUESTION]},
        },
        answer={"shape": [2], "scores": [0.7134, 0.2561]},
    ),
    "PUT /vectors": About(
        tag=DOCUMENTS,
        description=(
            "Embeds up to 1,000 documents with the prompt `search_document`, and stores them under their ids. A "
            f"document whose id is stored replaces the old one. {_VISIBLE} If the request fails half way, the error "
            "lists the ids that were `accepted`; sending everything again is safe."
        ),
        uses=CALLS_BOTH,
        examples={
            "Two documents": {
                "documents": [
                    {"id": _IDS[0], "text": MARS, "title": "Mars", "metadata": {"year": 1610, "lang": "en"}},
                    {"id": _IDS[1], "text": CATS, "metadata": {"year": 2020, "lang": "en"}},
                ],
                "namespace": _NAMESPACE,
                "wait": True,
            }
        },
        errors=("queue_not_configured",),
        other_statuses={"202": "With `queue`: the queue has the documents, which are embedded and stored later."},
        answer={"count": 2, "mutation_ids": ["4e2c1f0a-6f0f-4b0c-9d53-0d0a8bd6a3f1"], "visible": True},
    ),
    "POST /search": About(
        tag=DOCUMENTS,
        description=(
            "Finds the stored vectors that are nearest to a text, which gets the prompt `search_query`, or to a stored "
            "vector. The score is the cosine, 1 at most. It is approximate, unless `exact`, `min_score`, `values` or "
            f"`diversity` is given. {_STORE_FIRST}"
        ),
        uses=CALLS_BOTH,
        errors=("not_found",),
        examples={
            "With a text": {"text": QUESTION, "top_k": 3, "namespace": _NAMESPACE},
            "With a filter and a threshold": {
                "text": QUESTION,
                "namespace": _NAMESPACE,
                "filter": {"year": {"$gte": 1600, "$lt": 1700}},
                "min_score": 0.1,
            },
            "Results that differ": {"text": QUESTION, "top_k": 3, "namespace": _NAMESPACE, "diversity": 0.4},
            "Neighbours of a stored vector": {"id": _IDS[0], "top_k": 10, "namespace": _NAMESPACE, "metadata": "none"},
        },
        answer={
            "count": 1,
            "matches": [
                {
                    "id": _IDS[0],
                    "score": 0.6912,
                    "metadata": {"year": 1610, "lang": "en", "text": MARS},
                    "namespace": _NAMESPACE,
                }
            ],
            "exact": False,
            "order": "score",
        },
    ),
    "GET /vectors": About(
        tag=DOCUMENTS,
        description="Returns up to 100 stored vectors with their metadata. Ids that are not stored are in `missing`.",
        uses=CALLS_INDEX,
        errors=("invalid_request", "batch_too_large"),
        parameters={"ids": f"{_IDS[0]},example-dogs"},
        answer={
            "vectors": [
                {
                    "id": _IDS[0],
                    "values": VECTOR,
                    "metadata": {"year": 1610, "lang": "en", "text": MARS},
                    "namespace": _NAMESPACE,
                }
            ],
            "missing": ["example-dogs"],
        },
    ),
    "DELETE /vectors": About(
        tag=DOCUMENTS,
        description=f"Deletes up to 1,000 vectors. Ids that are not stored are no error. {_VISIBLE}",
        uses=CALLS_INDEX,
        examples={"Two documents": {"ids": _IDS, "wait": True}},
        answer={"count": 2, "mutation_ids": ["9a6d7d0c-2b53-4c0e-8f0e-5d1a0f4f9c77"], "visible": True},
    ),
    "GET /index": About(
        tag=DOCUMENTS,
        description="Returns the number of stored vectors, and whether the index has the dimensions of the model.",
        uses=CALLS_INDEX,
        answer={
            "fits": True,
            "model": "@cf/google/embeddinggemma-300m",
            "model_dimensions": 768,
            "dimensions": 768,
            "vector_count": 2,
            "processed_up_to_mutation": "4e2c1f0a-6f0f-4b0c-9d53-0d0a8bd6a3f1",
            "processed_up_to_datetime": "2026-01-31T12:00:00Z",
        },
    ),
    "GET /health": About(
        tag=SERVICE,
        description="Needs no key, and calls neither the model nor the index.",
        answer={"model": settings.MODEL, "auth": True, "status": "ok"},
    ),
    "GET /openapi.json": About(tag=SERVICE, description="Needs no key. Pages of other origins may read it."),
}
