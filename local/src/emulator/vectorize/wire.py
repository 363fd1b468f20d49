"""The protocol between the real binding class and the service. The emulator uses it for `fetch` and for RPC."""

from collections.abc import Callable
from typing import Any

import msgspec

from emulator.vectorize import errors, faults, query, records
from emulator.vectorize.errors import VectorizeError
from emulator.vectorize.index import Index

NDJSON = "application/x-ndjson"


class Request(msgspec.Struct, frozen=True):
    """An HTTP request. `path` has no leading slash; `body` is what the database takes."""

    path: str
    body: Any = b""
    content_type: str = "application/json"


class Reply(msgspec.Struct, frozen=True):
    """An HTTP answer, to be sent after `delay_ms`. `body` is bytes, or what the database filled."""

    status: int
    body: Any
    delay_ms: int = 0
    content_type: str = "application/json"


class _Ids(msgspec.Struct):
    ids: list[str]


def answer(index: Index, request: Request, now: float) -> Reply:
    """Answer a request. Errors have a status and a body `{"code", "error"}`. `now` is in ms since the epoch."""
    operation = _OPERATIONS.get(request.path)
    try:
        if not operation:
            raise VectorizeError(40400, f"no such path: {request.path}", 404)
        result, names = operation(index, request, now)
    except VectorizeError as error:
        body = {"code": error.code, "error": error.message}
        return Reply(error.status, msgspec.json.encode(body))
    return Reply(200, result, faults.delay_ms(names))


def _info(index: Index, _: Request, now: float) -> tuple[Any, list[str]]:
    return msgspec.json.encode(index.describe(now)), []


def _query(index: Index, request: Request, now: float) -> tuple[Any, list[str]]:
    sent = index.database.take(request.body, "vector")
    found = query.read(sent.text)
    names = [found.namespace or ""]
    faults.raise_requested(names)
    text = msgspec.json.encode(index.query(found, sent, now))
    return index.database.fill(text) if found.values else text, names


def _write(index: Index, request: Request, now: float) -> tuple[Any, list[str]]:
    lines = request.content_type == NDJSON
    sent = index.database.take(request.body, "lines" if lines else "vectors")
    vectors = records.read(request.path, sent.text, "ndjson" if lines else "json")
    names = [vector.id for vector in vectors]
    faults.raise_requested(names)
    return msgspec.json.encode(index.write(request.path, vectors, sent, now)), names


def _get(index: Index, request: Request, now: float) -> tuple[Any, list[str]]:
    ids = _ids(index, request)
    return index.database.fill(msgspec.json.encode(index.get(ids, now))), ids


def _delete(index: Index, request: Request, now: float) -> tuple[Any, list[str]]:
    ids = _ids(index, request)
    return msgspec.json.encode(index.delete(ids, now)), ids


def _ids(index: Index, request: Request) -> list[str]:
    try:
        ids = msgspec.json.decode(index.database.take(request.body, "").text, type=_Ids).ids
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise errors.not_a_request(str(error)) from error
    faults.raise_requested(ids)
    return ids


_OPERATIONS: dict[str, Callable[[Index, Request, float], tuple[Any, list[str]]]] = {
    "info": _info,
    "query": _query,
    "insert": _write,
    "upsert": _write,
    "getByIds": _get,
    "deleteByIds": _delete,
}
