"""The errors of Vectorize, one function for each.

Codes and messages were observed from the live service, except where a comment says that they are guesses.
"""

import json

# Guesses: the codes of the live service for these are not published.
_GUESSED_NAMESPACE = 40009
_GUESSED_METADATA = 40010
_GUESSED_TOO_MANY_VECTORS = 40007
_GUESSED_NOT_FOUND = 40404


class VectorizeError(Exception):
    """A rejected call: the service's `code`, a message, and the HTTP `status`."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def query_width(expected: int, got: int) -> VectorizeError:
    return VectorizeError(40006, f"invalid query vector, expected {expected} dimensions, and got {got} dimensions")


def too_many_ids(limit: int, got: int) -> VectorizeError:
    return VectorizeError(40007, f"too many ids in payload; max id count is {limit}, got {got}")


def too_many_vectors(limit: int, got: int) -> VectorizeError:
    sentence = f"too many vectors in payload; max vector count is {limit}, got {got}"
    return VectorizeError(_GUESSED_TOO_MANY_VECTORS, sentence)


def id_too_long(limit: int, got: int) -> VectorizeError:
    return VectorizeError(40008, f"id too long; max is {limit} bytes, got {got} bytes")


def id_empty() -> VectorizeError:
    return VectorizeError(40008, "id must not be empty")


def namespace_too_long(limit: int, got: int) -> VectorizeError:
    return VectorizeError(_GUESSED_NAMESPACE, f"namespace too long; max is {limit} bytes, got {got} bytes")


def vector_width(vector_id: str, expected: int, got: int) -> VectorizeError:
    where = f"invalid vector for id={quoted(vector_id)}"
    return VectorizeError(40012, f"{where}, expected {expected} dimensions, and got {got} dimensions")


def vector_not_finite(vector_id: str) -> VectorizeError:
    return VectorizeError(40012, f"invalid vector for id={quoted(vector_id)}, a value does not fit a 32-bit float")


def metadata_too_large(vector_id: str, limit: int, got: int) -> VectorizeError:
    where = f"invalid metadata for id={quoted(vector_id)}"
    return VectorizeError(_GUESSED_METADATA, f"{where}, max is {limit} bytes, got {got} bytes")


def metadata_key(vector_id: str, key: str) -> VectorizeError:
    where = f"invalid metadata for id={quoted(vector_id)}, key {quoted(key)}"
    return VectorizeError(_GUESSED_METADATA, f"{where} {KEY_RULE}")


def not_vectors(operation: str, form: str, line: int | None) -> VectorizeError:
    """`operation` is insert or upsert, `form` json or ndjson, `line` counts from 0."""
    where = "None" if line is None else f"Some({line})"
    sentence = f"failed to parse {operation} vectors request in {form} format: line {where} was not expected format"
    return VectorizeError(40023, sentence)


def top_k_too_large(limit: int, got: int, advice: str = "") -> VectorizeError:
    return VectorizeError(
        40025,
        f"{advice and 'with returnValues=true or returnMetadata=all, '}max top K is {limit}, but got {got}{advice}",
    )


def top_k_too_small(got: int) -> VectorizeError:
    return VectorizeError(40025, f"min top K is 1, but got {got}")


def not_a_request(reason: str) -> VectorizeError:
    return VectorizeError(40026, f"Failed to parse the request body as JSON: {reason}")


def bad_filter(reason: str) -> VectorizeError:
    return not_a_request(f"filter: {reason}")


def unknown_id(vector_id: str) -> VectorizeError:
    return VectorizeError(_GUESSED_NOT_FOUND, f"no vector found for id={quoted(vector_id)}", 404)


def requested(code: int) -> VectorizeError:
    """Return the error that a caller requested with `fault:`."""
    if code == 40041:
        return VectorizeError(code, "Too Many Requests", 429)
    return VectorizeError(code, "a fault requested by the caller", 500 if code >= 50000 else 400)


KEY_RULE = 'must be 1 to 512 characters without `.` and `"`, and not begin with `$`'


def quoted(text: str) -> str:
    """Return `text` quoted and on one line."""
    return json.dumps(text, ensure_ascii=False)
