"""The result of an operation, before HTTP or RPC format it."""

from typing import Any

from msgspec import Struct

from embedder.embedding.embedder import PreparedTexts


class Result(Struct):
    """The result of an operation: `body` without its numbers, and `numbers`, a handle to them.

    `numbers` become the `field` of the body. Without a field, they are the `values` of the stored vectors in it.
    `status` is the status over HTTP.
    """

    body: Any
    prepared: PreparedTexts | None = None
    numbers: object = None
    field: str = ""
    status: int = 200
