"""The bodies of Vectorize's REST API. The numbers of vectors are in JavaScript: `values` is the index of a vector."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from embedder.api.cloudflare.envelope import Envelope
from embedder.stored import (
    MAX_ID_BYTES,
    MAX_TOP_K,
    MAX_TOP_K_FULL,
    MAX_VECTORS,
    Filter,
    Id,
    MetadataIn,
    Namespace,
)
from embedder.vectorize.answers import Stored, Values


class Config(Struct):
    """The dimensions of an index. The binding does not report its metric."""

    dimensions: Annotated[int, Meta(description="The dimensions of the index.")]


class IndexOut(Struct):
    """An index."""

    name: Annotated[str, Meta(description="The name.")]
    config: Annotated[Config, Meta(description="The configuration of the index.")]


class Indexes(Envelope[list[IndexOut]]):
    """A list of indexes."""


class StoredVectors(Envelope[list[Stored]]):
    """A list of stored vectors."""


class VectorIn(Struct, forbid_unknown_fields=True):
    """A vector to store."""

    id: Annotated[Id, Meta(description=f"1 to {MAX_ID_BYTES} bytes.")]
    values: Annotated[Values, Meta(description="768 numbers that are finite as float32.")]
    namespace: Namespace = None
    metadata: MetadataIn = None


class WriteRequest(Struct, forbid_unknown_fields=True):
    """1 to 1,000 vectors. The body can also be NDJSON: one vector per line."""

    vectors: Annotated[
        list[VectorIn], Meta(min_length=1, max_length=MAX_VECTORS, description=f"1 to {MAX_VECTORS:,} vectors.")
    ]


class DeleteByIdsRequest(Struct, forbid_unknown_fields=True):
    """Ids of stored vectors to delete."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=MAX_VECTORS, description=f"1 to {MAX_VECTORS:,} ids.")]


class QueryRequest(Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A vector, or the id of a stored one."""

    vector: Annotated[
        Values | UnsetType, Meta(description="768 numbers that are finite as float32. Send either this or `vectorId`.")
    ] = UNSET
    vector_id: Annotated[
        Id | None,
        Meta(description="The id of a stored vector, whose neighbours are searched. Send either this or `vector`."),
    ] = None
    top_k: Annotated[
        int,
        Meta(
            ge=1,
            le=MAX_TOP_K,
            description=f"The number of matches: at most {MAX_TOP_K}, "
            f"and {MAX_TOP_K_FULL} with values or all metadata.",
        ),
    ] = 5
    namespace: Namespace = None
    filter: Filter = None
    return_values: Annotated[bool, Meta(description="Whether the matches have their vectors.")] = False
    return_metadata: Annotated[
        Literal["none", "indexed", "all"],
        Meta(description="Which metadata the matches have: all, what has a metadata index, or none."),
    ] = "none"
