"""What Vectorize takes and what it answers: its limits, checked before anything is paid, and its errors. No I/O.

Source of the limits: Vectorize, "Limits" and "Metadata filtering" pages. GET_IDS and DELETE_IDS as seen live.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from embedder.errors import EmbedderError, InvalidRequestError, NotFoundError, UpstreamBusyError, UpstreamError

MAX_ID_BYTES = 64
MAX_NAMESPACE_BYTES = 64
MAX_METADATA_BYTES = 10 * 1024  # JSON of one vector's metadata
MAX_FILTER_BYTES = 2047  # JSON of a filter: under 2,048
MAX_TOP_K = 100
MAX_TOP_K_FULL = 50  # with values, or with all metadata
MAX_VECTORS = 1000  # vectors in a call from a Worker
GET_IDS = 20  # ids in a call of getByIds
DELETE_IDS = 100  # ids in a call of deleteByIds

NONE, INDEXED, ALL = "none", "indexed", "all"
METADATA_LEVELS = (NONE, INDEXED, ALL)
_LIST_OPERATORS = ("$in", "$nin")
_OPERATORS = ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte", *_LIST_OPERATORS)

_WRITE_RATE_LIMIT = 40041
_BAD_INPUT = range(40000, 40041)
_ERROR = re.compile(r"(?P<operation>(?:VECTOR|INDEX)_\w+)_ERROR(?: \(code = (?P<code>\d+)\))?: (?P<text>.*)")
# the code of a query by an id that is not stored is not documented
_NOT_FOUND = re.compile(r"\bnot? (?:\w+ )?found|does not exist|no such", re.IGNORECASE)
_RETRY_AFTER_S = 5

Metadata = Mapping[str, Any]


def check_ids(ids: Sequence[str], *, param: str) -> None:
    """Raise InvalidRequestError for an id that is empty, too long, not Unicode, or there twice."""
    seen: set[str] = set()
    for place, name in enumerate(ids):
        _check_bytes(name, MAX_ID_BYTES, f"{param}[{place}]")
        if name in seen:
            raise InvalidRequestError(f"{param}[{place}]: the id {name!r} is there twice.", param=f"{param}[{place}]")
        seen.add(name)


def check_namespace(namespace: str | None) -> None:
    if namespace is not None:
        _check_bytes(namespace, MAX_NAMESPACE_BYTES, "namespace")


def _check_bytes(text: str, limit: int, param: str) -> None:
    size = _size(text, param)
    if not 1 <= size <= limit:
        raise InvalidRequestError(f"{param} has {size} bytes; it must have 1 to {limit}.", param=param)


def _size(text: str, param: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidRequestError(f"{param} holds half of a surrogate pair.", param=param) from error


def metadata_json(metadata: Metadata, *, param: str) -> bytes:
    """Return `metadata` as JSON; InvalidRequestError for a key or a size that Vectorize would refuse."""
    _check_keys(metadata, param)
    try:
        text = msgspec.json.encode(metadata)
    except UnicodeEncodeError as error:
        raise InvalidRequestError(f"{param} holds half of a surrogate pair.", param=param) from error
    if len(text) > MAX_METADATA_BYTES:
        raise InvalidRequestError(
            f"{param} has {len(text)} bytes with the text; the limit is {MAX_METADATA_BYTES}. "
            "Send less, or keep_text false.",
            param=param,
        )
    return text


def _check_keys(metadata: Metadata, param: str) -> None:
    for key, value in metadata.items():
        if not key or "." in key or '"' in key or key.startswith("$"):
            raise InvalidRequestError(
                f'{param} has the key {key[:64]!r}; a key must not be empty, hold . or ", or begin with $.', param=param
            )
        if isinstance(value, dict):
            _check_keys(value, f"{param}.{key}")


def check_top_k(top_k: int, *, full: bool) -> None:
    """Raise InvalidRequestError for more matches than a query can give; `full` is with values or all metadata."""
    limit = MAX_TOP_K_FULL if full else MAX_TOP_K
    if not 1 <= top_k <= limit:
        reason = ' with values or metadata "all" (send metadata "indexed" or "none" for up to 100)' if full else ""
        raise InvalidRequestError(f"top_k is {top_k}; it must be 1 to {limit}{reason}.", param="top_k")


def check_filter(filters: Mapping[str, Any]) -> None:
    """Raise InvalidRequestError for a filter that Vectorize would refuse."""
    for key, condition in filters.items():
        param = f"filter.{key[:64]}"
        if not key or '"' in key or key.startswith("$") or "" in key.split("."):
            raise InvalidRequestError(f"{param}: this can't be the key of a metadata field.", param=param)
        for operator, value in condition.items() if isinstance(condition, dict) else [("$eq", condition)]:
            _check_condition(operator, value, param)
    size = len(msgspec.json.encode(filters))
    if size > MAX_FILTER_BYTES:
        raise InvalidRequestError(f"filter has {size} bytes; the limit is {MAX_FILTER_BYTES}.", param="filter")


def _check_condition(operator: str, value: object, param: str) -> None:
    if operator not in _OPERATORS:
        known = ", ".join(_OPERATORS)
        raise InvalidRequestError(f"{param}: there is no operator {operator[:20]!r}; use {known}.", param=param)
    wants_list = operator in _LIST_OPERATORS
    if isinstance(value, list) != wants_list or isinstance(value, dict):
        wanted = "a list" if wants_list else "a string, a number, a boolean or null"
        raise InvalidRequestError(f"{param}: {operator} takes {wanted}.", param=param)


def vectors_json(vectors: Iterable[tuple[str, bytes, bytes | None]], namespace: str | None) -> str:
    """Return (id, row as JSON, metadata as JSON) of each vector as the JSON that `insert` and `upsert` take."""
    tail = b',"namespace":' + msgspec.json.encode(namespace) if namespace is not None else b""
    items = [
        b'{"id":%b,"values":%b%b%b}'
        % (msgspec.json.encode(name), row, b',"metadata":' + metadata if metadata is not None else b"", tail)
        for name, row, metadata in vectors
    ]
    return (b"[%b]" % b",".join(items)).decode()


def error(message: str) -> EmbedderError:
    """Return our error for what the binding said when it failed."""
    found = _ERROR.search(message)
    if not found:
        return UpstreamError("Vectorize could not be reached.")
    code = int(found["code"] or 0)
    if _NOT_FOUND.search(found["text"]):
        return NotFoundError(f"Vectorize found nothing: {found['text'][:300]}", upstream_code=code or None)
    if code == _WRITE_RATE_LIMIT:
        sentence = "Vectorize takes no more writes just now; try again shortly."
        return UpstreamBusyError(sentence, retry_after_s=_RETRY_AFTER_S, upstream_code=code)
    if code in _BAD_INPUT:
        return InvalidRequestError(f"Vectorize refused the request: {found['text'][:300]}", upstream_code=code)
    return UpstreamError(f"Vectorize failed ({found['operation']}, code {code}).", upstream_code=code or None)
