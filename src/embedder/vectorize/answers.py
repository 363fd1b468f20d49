"""What Vectorize answers: results as Structs, and error messages as errors of this service."""

import re
from operator import attrgetter
from typing import Annotated, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from embedder.errors import EmbedderError, repeatable

_WRITE_RATE_LIMIT = 40041
_BAD_INPUT = range(40000, 40041)
_ERROR = re.compile(
    r"(?P<operation>(?:VECTOR|INDEX)_[A-Z_]{1,20})_ERROR(?: \(code = (?P<code>[0-9]{1,9})\))?: (?P<text>.*)"
)
# the error code of a query by an unknown id is not documented
_NOT_FOUND = re.compile(r"\bnot? (?:\w+ )?found|does not exist|no such", re.IGNORECASE)
_NO_INDEX = re.compile(r"(?:the |no (?:such )?)?index\b", re.IGNORECASE)  # it was deleted
_NOT_JSON = "Failed to parse body as JSON, got: "  # of the binding; the body follows
_TIMEOUT = re.compile(r"Status \+ (?:408|504)\b")
_TOO_MANY = re.compile(r"Status \+ 429\b|too many requests|rate ?limit", re.IGNORECASE)
_RETRY_AFTER_S = 5
_MAX_MESSAGE_CHARS = 300

_LARGEST_SCORE = 1.1  # of a cosine that was computed from quantised vectors
_SCORE_ERROR = 0.1  # of the same
_METRIC = "the metric of the index must be cosine."

# A placeholder: the position of the vector's numbers (see `ports.Found`); JavaScript puts them in.
Values = Annotated[int, Meta(extra_json_schema={"items": {"type": "number"}})]

# Python does not decode it: a float such as 1e308 takes microseconds, and an answer has room for 85,000.
StoredMetadata = Annotated[msgspec.Raw, Meta(extra_json_schema={"anyOf": [{"type": "object"}, {"type": "null"}]})]
_OBJECT_OR_NULL = (b"{", b"n")

T = TypeVar("T")


class Description(Struct, rename="camel"):
    """Vectorize's description of an index."""

    vector_count: Annotated[
        int | None, Meta(description="The number of stored vectors. Null for a key that is bound to namespaces.")
    ]  # None: not for this caller
    dimensions: Annotated[int, Meta(description="The dimensions of the index.")]
    processed_up_to_datetime: Annotated[str | int | None, Meta(description="The time of that write.")] = None
    processed_up_to_mutation: Annotated[str | int | None, Meta(description="The last write that searches see.")] = None


class Accepted(Struct, rename="camel"):
    """Vectorize's answer to a write."""

    mutation_id: Annotated[str, Meta(min_length=1)]


class Mutation(Struct, rename="camel"):
    """An accepted write."""

    mutation_id: Annotated[
        str, Meta(description="Vectorize's id of the accepted write. Empty if there was nothing to delete.")
    ]


class Match(Struct, omit_defaults=True):
    """A search result."""

    id: Annotated[str, Meta(description="The id.")]
    score: Annotated[float, Meta(description="The cosine of the two vectors: 1 is the same direction.")]
    values: Annotated[Values | UnsetType, Meta(description="The vector: 768 numbers.")] = UNSET
    metadata: Annotated[
        StoredMetadata | UnsetType, Meta(description='The metadata, with the kept text under "text".')
    ] = UNSET
    namespace: Annotated[str | None | UnsetType, Meta(description="The namespace.")] = UNSET

    def __post_init__(self) -> None:
        _check_metadata(self.metadata)


class Matches(Struct):
    """The results of a search."""

    count: Annotated[int, Meta(description="The number of matches.")]
    matches: Annotated[list[Match], Meta(description="The matches, the nearest first.")]

    def check(self) -> None:
        """Raise `upstream_invalid` if the scores are no cosines. Sort the matches, and drop those that are repeated.

        `count` remains the number of matches that were found.

        Approximate scores may be a little out of order. A list that is turned round is of another metric.
        """
        matches = self.matches
        if any(abs(match.score) > _LARGEST_SCORE for match in matches):
            raise EmbedderError("upstream_invalid", f"Vectorize returned a score that is no cosine; {_METRIC}")
        if matches and matches[-1].score - matches[0].score > _SCORE_ERROR:
            raise EmbedderError("upstream_invalid", f"Vectorize returned the farthest match first; {_METRIC}")
        best: dict[str, Match] = {}
        for match in sorted(matches, key=attrgetter("score"), reverse=True):
            best.setdefault(match.id, match)
        self.matches, self.count = [*best.values()], len(matches)

    def keep(self, matches: list[Match]) -> None:
        """Replace the matches with some of them."""
        self.matches, self.count = matches, len(matches)

    def drop_values(self) -> None:
        """Remove the vectors of the matches."""
        for match in self.matches:
            match.values = UNSET


class Owner(Struct):
    """The namespace of a stored vector, without the vector."""

    id: str
    namespace: str | None = None


class Stored(Struct, omit_defaults=True):
    """A stored vector."""

    id: Annotated[str, Meta(description="The id.")]
    values: Annotated[Values, Meta(description="The vector: 768 numbers.")]
    metadata: Annotated[
        StoredMetadata | UnsetType, Meta(description='The metadata, with the kept text under "text".')
    ] = UNSET
    namespace: Annotated[str | None | UnsetType, Meta(description="The namespace.")] = UNSET

    def __post_init__(self) -> None:
        _check_metadata(self.metadata)


def _check_metadata(metadata: msgspec.Raw | UnsetType) -> None:
    if isinstance(metadata, msgspec.Raw) and bytes(memoryview(metadata)[:1]) not in _OBJECT_OR_NULL:
        raise ValueError("Expected metadata that is an object.")


def members(metadata: msgspec.Raw | UnsetType) -> dict[str, msgspec.Raw]:
    """Return the members of stored metadata, which are not decoded."""
    found = (
        msgspec.json.decode(metadata, type=dict[str, msgspec.Raw] | None) if isinstance(metadata, msgspec.Raw) else None
    )
    return found or {}


def decode(text: str, kind: type[T]) -> T:
    """Decode an answer of Vectorize as `kind`. Raises `upstream_invalid`."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        message = f"Vectorize returned an unexpected answer: {str(error)[:_MAX_MESSAGE_CHARS]}."
        raise EmbedderError("upstream_invalid", message) from error


def error(message: str, method: str = "") -> EmbedderError:
    """Return the error for an error message of the binding's `method`."""
    match = _ERROR.search(message)
    if not match or _NOT_JSON in message:
        return EmbedderError("upstream_error", "Vectorize could not be reached.")
    code, text = int(match["code"] or 0), repeatable(match["text"][:_MAX_MESSAGE_CHARS])
    known = code or None
    if method == "queryById" and _NOT_FOUND.search(text) and not _NO_INDEX.match(text):
        return EmbedderError("not_found", f"Vectorize found nothing: {text}", upstream_code=known)
    if code == _WRITE_RATE_LIMIT or (code not in _BAD_INPUT and _TOO_MANY.match(text)):
        sentence = "Vectorize limits the rate of writes; retry shortly."
        return EmbedderError("upstream_busy", sentence, retry_after_s=_RETRY_AFTER_S, upstream_code=known)
    if code in _BAD_INPUT:
        return EmbedderError("invalid_request", f"Vectorize rejected the request: {text}", upstream_code=code)
    if _TIMEOUT.match(text):
        return EmbedderError("upstream_timeout", "Vectorize did not answer in time.")
    return EmbedderError(
        "upstream_error", f"Vectorize failed ({match['operation']}, code {code}).", upstream_code=known
    )
