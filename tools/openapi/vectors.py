"""Vectorize's REST API."""

from typing import Any

from embedder.settings import DIMENSIONS, Settings
from tools.openapi.about import CALLS_INDEX, MARS, VECTOR, About

VECTORIZE = "Vectorize"
_INDEXES = "/client/v4/accounts/{account}/vectorize/v2/indexes"
_INDEX = f"{_INDEXES}/{{index}}"
_NAME = Settings().vectorize_index
_ALL = {"account": "any"}
_ONE = {**_ALL, "index": _NAME}
_NAMESPACE = "examples"
_VECTOR = [1, *[0] * (DIMENSIONS - 1)]
_ITEM = {"id": "example-vector", "values": _VECTOR, "namespace": _NAMESPACE, "metadata": {"year": 1610}}
_METADATA = {"year": 1610, "lang": "en", "text": MARS}
_STORED = {"id": "example-mars", "values": VECTOR, "namespace": _NAMESPACE, "metadata": _METADATA}
_DESCRIPTION = {"name": _NAME, "config": {"dimensions": DIMENSIONS}}
_WRITE = (
    "The body is JSON, or has one vector per line (`application/x-ndjson`, or a file in a form). A write becomes "
    "visible after some seconds."
)


def _answer(result: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"result": result, "success": True, "errors": [], "messages": []}


def _about(description: str, result: Any, **more: Any) -> About:  # noqa: ANN401
    parameters = {"parameters": _ONE, "errors": ("not_found",), **more}
    return About(tag=VECTORIZE, description=description, uses=CALLS_INDEX, answer=_answer(result), **parameters)


def _write(description: str) -> About:
    examples = {"A vector": {"vectors": [_ITEM]}}
    return _about(
        f"{description} {_WRITE}", {"mutationId": "1"}, examples=examples, errors=("not_found", "index_mismatch")
    )


ROUTES = {
    f"GET {_INDEXES}": _about("", [_DESCRIPTION], parameters=_ALL, errors=()),
    f"GET {_INDEX}": _about("", _DESCRIPTION),
    f"GET {_INDEX}/info": _about(
        "",
        {
            "vectorCount": 2,
            "dimensions": DIMENSIONS,
            "processedUpToMutation": "1",
            "processedUpToDatetime": "2026-11-24T12:00:00Z",
        },
    ),
    f"POST {_INDEX}/insert": _write("Stores vectors. An id that is stored keeps its vector."),
    f"POST {_INDEX}/upsert": _write("Stores vectors. An id that is stored gets the new vector."),
    f"POST {_INDEX}/query": _about(
        "Finds the vectors nearest to a vector, or to a stored one.",
        {
            "count": 1,
            "matches": [{"id": "example-mars", "score": 0.7134, "namespace": _NAMESPACE, "metadata": _METADATA}],
        },
        examples={
            "A stored vector": {"vectorId": "example-mars", "topK": 3, "returnMetadata": "all"},
            "A vector": {"vector": _VECTOR, "topK": 3, "namespace": _NAMESPACE},
        },
        errors=("not_found", "index_mismatch"),
    ),
    f"POST {_INDEX}/get_by_ids": _about(
        "Returns stored vectors. Missing ids are skipped.",
        [_STORED],
        examples={"Two ids": {"ids": ["example-mars", "example-cats"]}},
    ),
    f"POST {_INDEX}/delete_by_ids": _about(
        "Deletes stored vectors. Missing ids are ignored.",
        {"mutationId": "2"},
        examples={"One id": {"ids": ["example-vector"]}},
    ),
}
