"""The result of a request, before HTTP or RPC encode it."""

from typing import Any

from msgspec import Struct

from embedder.embedding.embedder import PreparedTexts


class Result(Struct, frozen=True):
    """The result of a request: `body`, and `numbers`, a handle to the vectors or scores that replace its placeholder.

    `item` is the template of one row: `@` is replaced with its numbers and `#` with its index. `field` is the name of
    the field with the placeholder, which RPC fills. If the body has none, the numbers are the `values` of the stored
    vectors in it. `status` is the status over HTTP. A body that is None is empty. `ignored` names fields of
    the request that changed nothing.
    """

    body: Any
    prepared: PreparedTexts | None = None
    numbers: object = None
    field: str = ""
    item: str = "@"
    status: int = 200
    ignored: tuple[str, ...] = ()
