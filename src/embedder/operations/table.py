"""The table of operations, which HTTP and RPC share."""

from embedder.operations import (
    documents,
    texts,
)

# Without `vectorize/`, delete the line of `documents`. See docs/architecture.md.
TABLE = (
    *texts.OPERATIONS,
    *documents.OPERATIONS,
)
BY_NAME = {operation.name: operation for operation in TABLE}
