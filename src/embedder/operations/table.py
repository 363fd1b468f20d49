"""The table of operations, which HTTP and RPC share."""

from embedder.operations import (
    documents,
    search,
    texts,
)

# Without `vectorize/`, delete the lines of `documents` and `search`. See docs/architecture.md.
TABLE = (
    *texts.OPERATIONS,
    *documents.OPERATIONS,
    *search.OPERATIONS,
)
BY_NAME = {operation.name: operation for operation in TABLE}
