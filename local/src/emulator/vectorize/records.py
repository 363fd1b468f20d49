"""Vectors in requests and in the index, and the limits that apply to them."""

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from emulator.vectorize import errors, filters, similarity

# https://developers.cloudflare.com/vectorize/platform/limits/
MAX_ID_BYTES = 64
MAX_NAMESPACE_BYTES = 64
MAX_METADATA_BYTES = 10 * 1024
MAX_VECTORS = 1000


class Vector(msgspec.Struct):
    """A vector in a request. Unknown fields are ignored."""

    id: str
    values: list[float]
    namespace: str | None = None
    metadata: dict[str, Any] | None = None


class Record(msgspec.Struct):
    """A vector in the index: values as float32, metadata as JSON text, `written` in ms since the epoch."""

    id: str
    namespace: str | None
    metadata: str | None
    values: "array[float]"
    written: float
    norm: float
    keys: dict[str, filters.Scalar]


class _Vectors(msgspec.Struct):
    vectors: list[Vector]


_decode_line = msgspec.json.Decoder(Vector).decode
_decode_body = msgspec.json.Decoder(_Vectors).decode


def read(operation: str, body: bytes, form: str) -> list[Vector]:
    """Decode the vectors of a body; `form` is json or ndjson.

    Raises VectorizeError 40023 if there are none, or if a text contains a lone surrogate, which has no UTF-8.
    """
    vectors = _lines(operation, body) if form == "ndjson" else _whole(operation, body)
    if not vectors:
        raise errors.not_vectors(operation, form, None)
    return vectors


def _whole(operation: str, body: bytes) -> list[Vector]:
    try:
        return _decode_body(body).vectors
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise errors.not_vectors(operation, "json", None) from error


def _lines(operation: str, body: bytes) -> list[Vector]:
    vectors = []
    for number, line in enumerate(body.splitlines()):
        try:
            vectors.append(_decode_line(line))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise errors.not_vectors(operation, "ndjson", number) from error
    return vectors


def check_all(vectors: list[Vector], dimensions: int) -> None:
    """Raise VectorizeError for the first vector that exceeds a limit."""
    if len(vectors) > MAX_VECTORS:
        raise errors.too_many_vectors(MAX_VECTORS, len(vectors))
    for vector in vectors:
        check_id(vector.id)
        check_namespace(vector.namespace)
        if len(vector.values) != dimensions:
            raise errors.vector_width(vector.id, dimensions, len(vector.values))
        if vector.metadata:
            _check_metadata(vector.id, vector.metadata)


def check_id(vector_id: str) -> None:
    size = len(vector_id.encode())
    if not size:
        raise errors.id_empty()
    if size > MAX_ID_BYTES:
        raise errors.id_too_long(MAX_ID_BYTES, size)


def check_namespace(namespace: str | None) -> None:
    size = len((namespace or "").encode())
    if size > MAX_NAMESPACE_BYTES:
        raise errors.namespace_too_long(MAX_NAMESPACE_BYTES, size)


def _check_metadata(vector_id: str, metadata: dict[str, Any]) -> None:
    size = len(msgspec.json.encode(metadata))
    if size > MAX_METADATA_BYTES:
        raise errors.metadata_too_large(vector_id, MAX_METADATA_BYTES, size)
    for key in _keys(metadata):
        if not filters.valid_key(key):
            raise errors.metadata_key(vector_id, key)


def _keys(metadata: dict[str, Any]) -> Iterable[str]:
    for key, value in metadata.items():
        yield key
        if isinstance(value, dict):
            yield from _keys(value)


def record(vector: Vector, written: float, properties: Iterable[filters.Property]) -> Record:
    """Return the record of a checked vector. Raises VectorizeError 40012 if a value does not fit a float32."""
    values = array("f", vector.values)
    length = similarity.norm(values)
    if not math.isfinite(length):
        raise errors.vector_not_finite(vector.id)
    metadata = msgspec.json.encode(vector.metadata).decode() if vector.metadata else None
    keys = filters.indexed(vector.metadata or {}, written, properties)
    return Record(vector.id, vector.namespace, metadata, values, written, length, keys)


def stored(row: Sequence[Any], properties: Iterable[filters.Property]) -> Record:
    """Return the record of a stored row: id, namespace, metadata, values as bytes, written."""
    vector_id, namespace, metadata, blob, written = row
    values = array("f")
    values.frombytes(blob)
    keys = filters.indexed(msgspec.json.decode(metadata) if metadata else {}, written, properties)
    return Record(vector_id, namespace, metadata, values, written, similarity.norm(values), keys)
