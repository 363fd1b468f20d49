"""The caller's side of the binding: turns arguments into a request, and a reply into a result or an error.

It follows the runtime's module `cloudflare-internal:vectorize-api`.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import msgspec

from emulator.vectorize.wire import Reply, Request

_OPERATIONS = {
    "describe": "INDEX_GET",
    "query": "VECTOR_QUERY",
    "queryById": "VECTOR_QUERY",
    "insert": "VECTOR_INSERT",
    "upsert": "VECTOR_UPSERT",
    "getByIds": "VECTOR_GET",
    "deleteByIds": "VECTOR_DELETE",
}
_LEVELS = ("none", "indexed", "all")


_UNDEFINED = object()


class BindingError(Exception):
    """An error with the message of the binding class.

    Over RPC the message is the end of a traceback, which also quotes source lines. A `raise` line must therefore not
    contain the text of a message.
    """


def request(method: str, *arguments: Any) -> Request:  # noqa: ANN401
    """Return the request for a call. Raises BindingError if the binding class itself rejects the call.

    In the place of a vector, any value is copied into the body.
    """
    return _REQUESTS[method](method, *arguments)


def fail(method: str, reply: Reply) -> NoReturn:
    """Raise the BindingError of a reply whose status is not 200."""
    error = msgspec.json.decode(reply.body)
    message = f"{_OPERATIONS[method]}_ERROR (code = {error['code']}): {error['error']}"
    raise BindingError(message)


def _describe(_: str) -> Request:
    return Request("info")


def _query(_: str, vector: Any, options: dict[str, Any] | None = None) -> Request:  # noqa: ANN401
    return Request("query", _json({**_options(options), "vector": _array(vector)}))


def _query_by_id(_: str, vector_id: object, options: dict[str, Any] | None = None) -> Request:
    return Request("query", _json({**_options(options), "vectorId": vector_id}))


def _write(method: str, vectors: Sequence[dict[str, Any]]) -> Request:
    rows = [{**vector, "values": _array(vector.get("values", _UNDEFINED))} for vector in vectors]
    return Request(method, _json({"vectors": rows}))


def _ids(method: str, ids: object) -> Request:
    return Request(method, _json({"ids": ids}))


_REQUESTS: dict[str, Callable[..., Request]] = {
    "describe": _describe,
    "query": _query,
    "queryById": _query_by_id,
    "insert": _write,
    "upsert": _write,
    "getByIds": _ids,
    "deleteByIds": _ids,
}


def _options(options: dict[str, Any] | None) -> dict[str, Any]:
    """Check the options. `true` becomes "all"; `false` is sent unchanged, and the service rejects it."""
    options = options or {}
    level = options.get("returnMetadata")
    if level and not isinstance(level, bool) and level not in _LEVELS:
        allowed = 'true, false, "none", "indexed" or "all"'
        message = f"Invalid returnMetadata option. Expected: {allowed}; got: {level}"
        raise BindingError(message)
    return {**options, "returnMetadata": "all"} if level is True else options


def _array(values: Any) -> Any:  # noqa: ANN401
    if values is None or values is _UNDEFINED:
        what = "object null" if values is None else "undefined"
        message = f"{what} is not iterable (cannot read property Symbol(Symbol.iterator))"
        raise BindingError(message)
    return values


def _json(value: Any) -> bytes:  # noqa: ANN401
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # a lone surrogate is sent escaped, as JavaScript does
        return json.dumps(value).encode()
