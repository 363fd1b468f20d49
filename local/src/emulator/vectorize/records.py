"""Vectors in requests, and the limits that apply to them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from emulator.vectorize import errors, filters
from emulator.vectorize.ports import Shape

# https://developers.cloudflare.com/vectorize/platform/limits/
MAX_ID_BYTES = 64
MAX_NAMESPACE_BYTES = 64
MAX_METADATA_BYTES = 10 * 1024
MAX_VECTORS = 1000


class Vector(msgspec.Struct):
    """A vector in a request. Unknown fields are ignored."""

    id: str
    values: Shape
    namespace: str | None = None
    metadata: dict[str, Any] | None = None


class _Vectors(msgspec.Struct):
    vectors: list[Vector]


_decode_line = msgspec.json.Decoder(Vector).decode
_decode_body = msgspec.json.Decoder(_Vectors).decode


def read(operation: str, text: bytes, form: str) -> list[Vector]:
    """Decode the vectors of a body; `form` is json or ndjson.

    Raises VectorizeError 40023 if there are none, or if a text contains a lone surrogate, which has no UTF-8.
    """
    vectors = _lines(operation, text) if form == "ndjson" else _whole(operation, text)
    if not vectors:
        raise errors.not_vectors(operation, form, None)
    return vectors


def _whole(operation: str, text: bytes) -> list[Vector]:
    try:
        return [_checked(vector) for vector in _decode_body(text).vectors]
    except (ValueError, UnicodeDecodeError) as error:
        raise errors.not_vectors(operation, "json", None) from error


def _lines(operation: str, text: bytes) -> list[Vector]:
    vectors = []
    for number, line in enumerate(text.splitlines()):
        try:
            vectors.append(_checked(_decode_line(line)))
        except (ValueError, UnicodeDecodeError) as error:
            raise errors.not_vectors(operation, "ndjson", number) from error
    return vectors


def _checked(vector: Vector) -> Vector:
    if vector.values.width < 0:
        raise ValueError("the values are not numbers")
    return vector


def check_all(vectors: list[Vector], dimensions: int) -> None:
    """Raise VectorizeError for the first vector that exceeds a limit."""
    if len(vectors) > MAX_VECTORS:
        raise errors.too_many_vectors(MAX_VECTORS, len(vectors))
    for vector in vectors:
        check_id(vector.id)
        check_namespace(vector.namespace)
        if vector.values.width != dimensions:
            raise errors.vector_width(vector.id, dimensions, vector.values.width)
        if not vector.values.finite:
            raise errors.vector_not_finite(vector.id)
        if vector.metadata:
            _check_metadata(vector.id, vector.metadata)


def check_id(vector_id: str) -> None:
    """Raise VectorizeError for an id that is empty, or too long in bytes of UTF-8."""
    size = len(vector_id.encode())
    if not size:
        raise errors.id_empty()
    if size > MAX_ID_BYTES:
        raise errors.id_too_long(MAX_ID_BYTES, size)


def check_namespace(namespace: str | None) -> None:
    """Raise VectorizeError for a namespace that is too long in bytes of UTF-8."""
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
