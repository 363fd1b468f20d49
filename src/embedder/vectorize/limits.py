"""Vectorize's limits, checked before the model is called. Those that the types of requests express are in `stored`.

Source of the limits: Vectorize, "Limits" and "Metadata filtering" pages. GET_IDS and DELETE_IDS as seen live.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

import msgspec

from embedder.access.scopes import MAX_NAMESPACE_BYTES
from embedder.errors import EmbedderError, invalid
from embedder.stored import (
    MAX_FILTER_BYTES,
    MAX_ID_BYTES,
    MAX_METADATA_BYTES,
    MAX_TOP_K,
    MAX_TOP_K_FULL,
    Metadata,
)

INDEXED_BYTES = 64  # of a string; filters ignore the rest
MAX_INTEGER = 2**53  # JavaScript and Vectorize round larger ones
_FLOAT_BITS = 1_000  # of an integer that a float can be near to
GET_IDS = 20  # ids per call of getByIds
DELETE_IDS = 100  # ids per call of deleteByIds

_TEXT_KEY = "text"
_LIST_OPERATORS = ("$in", "$nin")
_EQUALITY = ("$eq", "$ne", *_LIST_OPERATORS)
_UPPER = ("$lt", "$lte")
_LOWER = ("$gt", "$gte")
_OPERATORS = ("$eq", "$ne", *_UPPER, *_LOWER, *_LIST_OPERATORS)
_MAX_PATH_CHARS = 200
_KEY = re.compile(r'(?!\$)[^."]{1,512}')  # Vectorize rejects others


def check_id(name: str, param: str) -> None:
    """Reject an id that is empty or too long."""
    _check_bytes(name, MAX_ID_BYTES, param)


def check_ids(ids: Sequence[str], *, param: str) -> None:
    """Reject ids that are empty, too long or duplicates. `param` is the path of each id; `#` stands for its index."""
    seen: set[str] = set()
    for index, name in enumerate(ids):
        where = param.replace("#", str(index))
        _check_bytes(name, MAX_ID_BYTES, where)
        if name in seen:
            raise invalid(f"{where}: the id {name!r} is a duplicate.", where)
        seen.add(name)


def check_namespace(namespace: str | None, param: str = "namespace") -> None:
    """Reject a namespace that is empty or too long."""
    if namespace is not None:
        _check_bytes(namespace, MAX_NAMESPACE_BYTES, param)


def _check_bytes(text: str, limit: int, param: str) -> None:
    size = len(text.encode())
    if not 1 <= size <= limit:
        raise invalid(f"{param} has {size} bytes; it must have 1 to {limit}.", param)


def metadata_json(metadata: Metadata | None, text: str | None, *, param: str, checked: bool = False) -> bytes:
    """Return the metadata of a vector and `text` as JSON, or b"" if both are empty.

    Rejects keys and sizes that Vectorize would reject. `checked`: another row with this object was accepted.
    """
    full = dict(metadata or {})
    if text is not None:
        if _TEXT_KEY in full:
            where = f"{param}.{_TEXT_KEY}"
            message = f"{where}: this key stores the text; send keep_text false to use it yourself."
            raise invalid(message, where)
        full[_TEXT_KEY] = text
    if not full:
        return b""
    encoded = msgspec.json.encode(full)
    if len(encoded) > MAX_METADATA_BYTES:
        kept, advice = ("", ".") if text is None else (" including the text", ", or send keep_text false.")
        message = f"{param} has {len(encoded)} bytes{kept}; the limit is {MAX_METADATA_BYTES}. Send less{advice}"
        raise invalid(message, param)
    if metadata and not checked:
        _check_values(metadata, param)
    return encoded


def check_text(text: str, param: str) -> None:
    """Reject a text of white space only: it has no meaning that a search could find."""
    if not text.strip():
        raise invalid(f"{param} has only white space.", param)


def _check_values(metadata: Metadata, param: str) -> None:
    """Reject keys that Vectorize rejects, and integers that would be stored with other digits.

    The keys of objects in a list may be any text: a list is stored as one value, which no filter looks into.
    """
    waiting: list[tuple[Any, str, bool]] = [(metadata, param, False)]
    for value, path, in_list in waiting:
        is_list = isinstance(value, list)
        if not is_list and not in_list:
            _check_keys(value, path)
        for key, item in zip(repeat(""), value, strict=False) if is_list else value.items():
            if isinstance(item, dict | list):
                waiting.append((item, _joined(path, key), in_list or is_list))
            elif isinstance(item, int) and not -MAX_INTEGER <= item <= MAX_INTEGER:
                raise _too_many_digits(item, _joined(path, key))


def _check_keys(keys: Iterable[str], path: str) -> None:
    if not all(map(_KEY.fullmatch, keys)):
        wrong = next(key for key in keys if not _KEY.fullmatch(key))
        rule = 'a key must not be empty, contain . or ", start with $, or be longer than 512 characters'
        raise invalid(f"{path} has the key {wrong[:64]!r}; {rule}.", path)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}"[:_MAX_PATH_CHARS] if key else path


def _keeps_digits(number: int) -> bool:
    """Return whether a number of a filter is compared as it is: as another one, it would find other vectors."""
    return abs(number) <= MAX_INTEGER or (number.bit_length() <= _FLOAT_BITS and int(float(number)) == number)


def _too_many_digits(value: int, path: str) -> EmbedderError:
    shown = str(value)[:40] if abs(value) < 10**40 else "too large"
    return invalid(f"{path} is {shown}; integers beyond 2^53 lose digits, so send a string.", path)


def query_options(
    *,
    top_k: int,
    values: Sequence[str],
    metadata: str,
    filters: Mapping[str, Any] | None,
    param: str = "top_k",
) -> dict[str, Any]:
    """Check all limits of a query, and return its options.

    `values` names the fields of the request that need the values of the matches. `param` is the name of `top_k` there.
    """
    full = [*values, *(["metadata all"] if metadata == "all" else [])]
    if top_k > MAX_TOP_K_FULL and full:
        advice = "" if values else f'; send metadata "indexed" or "none" for up to {MAX_TOP_K}'
        raise invalid(f"{param} is {top_k}; with {', '.join(full)} it must be 1 to {MAX_TOP_K_FULL}{advice}.", param)
    options: dict[str, Any] = {"topK": top_k, "returnValues": bool(values), "returnMetadata": metadata}
    if filters is not None:
        check_filter(filters)
        options["filter"] = filters
    return options


def check_filter(filters: Mapping[str, Any]) -> None:
    """Reject a filter that Vectorize would reject."""
    if not filters:
        raise invalid("filter is empty; name a key, or leave it out.", "filter")
    size = len(msgspec.json.encode(filters))
    if size > MAX_FILTER_BYTES:
        raise invalid(f"filter has {size} bytes; the limit is {MAX_FILTER_BYTES}.", "filter")
    for key, condition in filters.items():
        param = f"filter.{key[:64]}"
        if not all(map(_KEY.fullmatch, key.split("."))):
            raise invalid(f"{param}: not a valid metadata key.", param)
        for operator, value in condition.items() if isinstance(condition, dict) else [("$eq", condition)]:
            _check_condition(operator, value, param)
            if operator in _EQUALITY:
                _check_indexed(value, INDEXED_BYTES, param, "Use a shorter one.")
        _check_operators(condition, param)


def check_filter_of_deletion(filters: Mapping[str, Any]) -> None:
    """Reject a filter that may find more than it says: one that excludes nothing, or compares a part of a string."""
    if not filters:
        raise invalid("filter is empty, and would delete everything; name a key.", "filter")
    check_filter(filters)
    for key, condition in filters.items():
        if isinstance(condition, dict) and all(name == "$nin" and not value for name, value in condition.items()):
            param = f"filter.{key[:64]}"
            raise invalid(f"{param} excludes nothing; name a value, or remove the key.", param)
        values = condition.values() if isinstance(condition, dict) else [condition]
        for value in values:
            _check_indexed(value, INDEXED_BYTES - 1, f"filter.{key[:64]}", "Use a shorter one, or delete by ids.")


def _check_indexed(value: object, most: int, param: str, advice: str) -> None:
    """Reject a string of more than `most` bytes, also in a list."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and len(item.encode()) > most:
            message = f"{param} has a string of {len(item.encode())} bytes; Vectorize compares the first "
            raise invalid(message + f"{INDEXED_BYTES} only. {advice}", param)


def _check_operators(condition: object, param: str) -> None:
    """Reject operators that can't be combined: only a lower and an upper bound can."""
    if not isinstance(condition, dict):
        return
    if not condition:
        raise invalid(f"{param} has no operator; name a value, or remove the key.", param)
    bounds = [sum(name in condition for name in names) for names in (_UPPER, _LOWER)]
    if len(condition) > 1 and not (len(condition) == sum(bounds) and max(bounds) == 1):
        raise invalid(f"{param}: only a lower and an upper bound can be combined; send one operator.", param)


def _check_condition(operator: str, value: object, param: str) -> None:
    if operator not in _OPERATORS:
        known = ", ".join(_OPERATORS)
        raise invalid(f"{param}: unknown operator {operator[:20]!r}; use {known}.", param)
    if operator in (*_UPPER, *_LOWER) and (isinstance(value, bool) or not isinstance(value, str | int | float)):
        raise invalid(f"{param}: {operator} takes a string or a number.", param)
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, int) and not _keeps_digits(item):
            raise _too_many_digits(item, param)
    wants_list = operator in _LIST_OPERATORS
    nested = isinstance(value, list) and any(isinstance(item, list | dict) for item in value)
    if isinstance(value, list) != wants_list or isinstance(value, dict) or nested:
        scalar = "a string, a number, a boolean or null"
        wanted = f"a list, of which each item is {scalar}" if wants_list else scalar
        raise invalid(f"{param}: {operator} takes {wanted}.", param)
