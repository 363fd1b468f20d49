"""What Vectorize answers: results as Structs, and error messages as errors of this service."""

import re
from typing import Annotated, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from embedder.errors import EmbedderError
from embedder.vectorize.limits import Metadata

_WRITE_RATE_LIMIT = 40041
_BAD_INPUT = range(40000, 40041)
_ERROR = re.compile(r"(?P<operation>(?:VECTOR|INDEX)_\w+)_ERROR(?: \(code = (?P<code>\d+)\))?: (?P<text>.*)")
# the error code of a query by an unknown id is not documented
_NOT_FOUND = re.compile(r"\bnot? (?:\w+ )?found|does not exist|no such", re.IGNORECASE)
_RETRY_AFTER_S = 5
_MAX_MESSAGE_CHARS = 300

# The index of a vector's numbers in a handle, see `ports.Found`. In the final answer, the numbers replace it.
Values = Annotated[int, Meta(extra_json_schema={"items": {"type": "number"}})]

T = TypeVar("T")


class Description(Struct, rename="camel"):
    """Vectorize's description of an index."""

    vector_count: int | None  # None: not for this caller
    dimensions: int
    processed_up_to_datetime: str | int | None = None
    processed_up_to_mutation: str | int | None = None


class Mutation(Struct, rename="camel"):
    """An accepted write."""

    mutation_id: str


class Match(Struct, omit_defaults=True):
    """A search result."""

    id: str
    score: float
    values: Values | UnsetType = UNSET
    metadata: Metadata | None | UnsetType = UNSET
    namespace: str | None | UnsetType = UNSET


class Matches(Struct):
    """The results of a search."""

    count: int
    matches: list[Match]


class Owner(Struct):
    """The namespace of a stored vector, without the vector."""

    id: str
    namespace: str | None = None


class Stored(Struct, omit_defaults=True):
    """A stored vector."""

    id: str
    values: Values
    metadata: Metadata | None | UnsetType = UNSET
    namespace: str | None | UnsetType = UNSET


def decode(text: str, kind: type[T]) -> T:
    """Decode an answer of Vectorize as `kind`. Raises `upstream_invalid`."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        message = f"Vectorize returned an unexpected answer: {str(error)[:_MAX_MESSAGE_CHARS]}."
        raise EmbedderError("upstream_invalid", message) from error


def error(message: str) -> EmbedderError:
    """Return the error for an error message of the binding."""
    found = _ERROR.search(message)
    if not found:
        return EmbedderError("upstream_error", "Vectorize could not be reached.")
    code, text = int(found["code"] or 0), found["text"][:_MAX_MESSAGE_CHARS]
    known = code or None
    if _NOT_FOUND.search(found["text"]):
        return EmbedderError("not_found", f"Vectorize found nothing: {text}", upstream_code=known)
    if code == _WRITE_RATE_LIMIT:
        sentence = "Vectorize limits the rate of writes; retry shortly."
        return EmbedderError("upstream_busy", sentence, retry_after_s=_RETRY_AFTER_S, upstream_code=code)
    if code in _BAD_INPUT:
        return EmbedderError("invalid_request", f"Vectorize rejected the request: {text}", upstream_code=code)
    return EmbedderError(
        "upstream_error", f"Vectorize failed ({found['operation']}, code {code}).", upstream_code=known
    )
