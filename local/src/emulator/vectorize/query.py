"""Decodes and validates queries."""

from typing import Any, Literal

import msgspec

from emulator.vectorize import errors, filters, records
from emulator.vectorize.ports import Shape

# https://developers.cloudflare.com/vectorize/platform/limits/
TOP_K = 5
MAX_TOP_K = 100
MAX_TOP_K_FULL = 50
_ADVICE = "; for a top K up to 100, retry with returnValues=false and returnMetadata=indexed"


class Query(msgspec.Struct, frozen=True):
    """A valid query, except that its dimensions and its id are not checked against the index.

    With a `vector_id`, `width` means nothing.
    """

    width: int
    vector_id: str | None
    top_k: int
    namespace: str | None
    conditions: list[filters.Condition]
    values: bool
    metadata: str


class _Body(msgspec.Struct, rename="camel"):
    vector: Shape | None = None
    vector_id: str | None = None
    top_k: int | None = None
    namespace: str | None = None
    filter: dict[str, Any] | None = None
    return_values: bool | None = None
    return_metadata: Literal["none", "indexed", "all"] | None = None


def read(text: bytes) -> Query:
    """Decode a query. Raises VectorizeError."""
    try:
        sent = msgspec.json.decode(text, type=_Body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise errors.not_a_request(_reason(str(error))) from error
    if sent.vector is None and sent.vector_id is None:
        raise errors.not_a_request("missing field `vector`")
    width = _width(sent.vector) if sent.vector else 0
    records.check_namespace(sent.namespace)
    values, metadata = bool(sent.return_values), sent.return_metadata or "none"
    top_k = _top_k(TOP_K if sent.top_k is None else sent.top_k, full=values or metadata == "all")
    conditions = [] if sent.filter is None else filters.parse(sent.filter)
    return Query(width, sent.vector_id, top_k, sent.namespace or None, conditions, values, metadata)


def _width(vector: Shape) -> int:
    if vector.width < 0:
        raise errors.not_a_request("vector: Expected `array` of `float`")
    if not vector.finite:
        raise errors.not_a_request("vector: a value does not fit a 32-bit float")
    return vector.width


def _reason(sentence: str) -> str:
    """Return the reason with the field first, as the service does."""
    what, at, path = sentence.partition(" - at `$.")
    name = path.rstrip("`")
    # only the message for returnMetadata was observed from the live service
    return f"{name}: {'expected value' if name == 'returnMetadata' else what}" if at else what


def _top_k(top_k: int, *, full: bool) -> int:
    if top_k < 1:
        raise errors.top_k_too_small(top_k)
    if full and top_k > MAX_TOP_K_FULL:
        raise errors.top_k_too_large(MAX_TOP_K_FULL, top_k, _ADVICE)
    if top_k > MAX_TOP_K:
        raise errors.top_k_too_large(MAX_TOP_K, top_k)
    return top_k
