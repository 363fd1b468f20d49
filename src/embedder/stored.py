"""What can be stored in the index, and what was: ids, namespaces and metadata with their limits, and accepted writes.

Source of the limits: Vectorize, "Limits" and "Metadata filtering" pages.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from embedder.errors import EmbedderError

MAX_ID_BYTES = 64
MAX_METADATA_BYTES = 10 * 1024  # JSON of one vector's metadata
MAX_FILTER_BYTES = 2047  # JSON of a filter
MAX_TOP_K = 100
MAX_TOP_K_FULL = 50  # with values or all metadata
MAX_VECTORS = 1000  # vectors per call from a Worker
MAX_GET_IDS = 100  # ids per request; this service's own limit
MAX_DELETED = 1000  # vectors that one request deletes by namespace or filter; this service's own limit

Id = Annotated[str, Meta(min_length=1, extra_json_schema={"maxLength": MAX_ID_BYTES})]
Namespace = Annotated[str | None, Meta(description="A separate part of the index; at most 64 bytes.")]
Metadata = dict[str, Any]
MetadataIn = Annotated[
    Metadata | None,
    Meta(
        description="An object. Search filters use the keys that have a metadata index. "
        f"With the kept text at most {MAX_METADATA_BYTES:,} bytes of JSON."
    ),
]
Filter = Annotated[
    dict[str, Any] | None,
    Meta(
        description='A metadata filter, such as `{"year": {"$gte": 1600}}`, '
        f"at most {MAX_FILTER_BYTES:,} bytes of JSON. Operators: `$eq`, `$ne`, `$lt`, `$lte`, `$gt`, `$gte`, "
        "`$in`, `$nin`. A key needs a metadata index that is older than the stored vectors."
    ),
]


class Written(Struct):
    """Accepted writes: the number of ids, and the mutation ids in order.

    `visible` says whether searches see them; null if the request did not wait, or if the index did not answer.
    """

    count: Annotated[int, Meta(description="The number of ids.")]
    mutation_ids: Annotated[list[str], Meta(description="Vectorize's ids of the accepted writes, in order.")]
    visible: Annotated[
        bool | None,
        Meta(description="Whether searches see the write. Null without `wait`, or if the index did not answer."),
    ] = None


class Deleted(Written, kw_only=True):
    """Accepted deletions. By namespace or filter, also their number, and whether more vectors may match."""

    deleted: Annotated[int | UnsetType, Meta(description="By namespace or filter: the number of deleted vectors.")] = (
        UNSET
    )
    more: Annotated[
        bool | UnsetType,
        Meta(description="By namespace or filter: whether others may be left. Then send the request again."),
    ] = UNSET


def partly_accepted(error: EmbedderError, ids: Sequence[str], accepted: int) -> EmbedderError:
    """Add the accepted ids to `error`. It is safe to send the whole request again, because the caller chose the ids."""
    if accepted:
        error.message += f" {accepted} of {len(ids)} were accepted before that; sending all again is safe."
        error.details = {"accepted": list(ids[:accepted]), "not_accepted": list(ids[accepted:])}
    return error
