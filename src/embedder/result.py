"""What an operation returns, before HTTP or RPC write it. No I/O."""

from typing import Any

from msgspec import Struct

from embedder.embedding import PreparedTexts


class Result(Struct):
    """What an operation returns: a response without its numbers, and a handle to them.

    `numbers` go into `field` of the body; without a field they are the `values` of stored vectors in it.
    """

    body: Any
    prepared: PreparedTexts | None = None
    numbers: object = None
    field: str = ""
