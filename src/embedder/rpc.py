"""The door for other Workers: plain data in, JSON text out. The same handlers, limits and errors as over HTTP. No I/O.

An exception would arrive at the caller as a Python traceback, so none leaves: a failure is an answer as well.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from embedder import decoding, vectors
from embedder.app import App, Line, finish, guarded
from embedder.dialects import native, options, stored
from embedder.errors import EmbedderError, InvalidRequestError
from embedder.model import Answer, Plan, Trace
from embedder.routing import Call, HttpResponse
from embedder.settings import DIMENSIONS, MAX_TEXTS_PER_CALL

ARRAY, FLOAT32, RESPONSE = "array", "float32", "response"
FORMATS = (ARRAY, FLOAT32, RESPONSE)


class Reply(msgspec.Struct):
    """What goes back to the caller: `text` is JSON; `rows`, `floats` or a `response` with this body go beside it."""

    text: str
    rows: object = None
    floats: bytes | None = None
    response: Answer | bytes | None = None


class Operation(msgspec.Struct, frozen=True):
    """One method: the fields that its positional arguments fill, the Struct of the whole, and who answers."""

    fields: tuple[str, ...]
    body: Any
    handler: Callable[[Call], Awaitable[HttpResponse]]


class _GetRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    ids: list[str]


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    pass


class _EmbedRequest(native.EmbedRequest, kw_only=True):
    format: str = ARRAY


class _Failure(msgspec.Struct, omit_defaults=True):
    code: str
    message: str
    status: int
    param: str | None = None
    retry_after_s: int | None = None
    upstream_code: int | None = None
    details: dict[str, list[str]] = {}


async def _get(call: Call) -> HttpResponse:
    return await stored.read(call, call.body.ids)


OPERATIONS = {
    "embed": Operation(("text",), _EmbedRequest, native.embed),
    "similarity": Operation(("texts",), native.SimilarityRequest, native.similarity),
    "upsert": Operation(("documents",), stored.PutRequest, stored.put),
    "search": Operation(("text",), stored.SearchRequest, stored.search),
    "get": Operation(("ids",), _GetRequest, _get),
    "delete": Operation(("ids",), stored.DeleteRequest, stored.delete),
    "describe": Operation((), _Nothing, stored.index),
}


async def handle(app: App, name: str, arguments: Sequence[object]) -> Reply:
    """Answer one call of the method `name`. Never raises."""
    trace = Trace(app.clock())
    line = Line(app.new_id(), "RPC", name)
    reply = await guarded(app, line, trace, lambda: _answer(app, OPERATIONS[name], arguments, trace))
    if isinstance(reply, EmbedderError):
        line.status, line.code = reply.status, reply.code
        reply = Reply(_failure(reply))
    else:
        line.status = 200
    finish(app, line, trace)
    return reply


async def _answer(app: App, operation: Operation, arguments: Sequence[object], trace: Trace) -> Reply:
    body = decoding.decode(_body(operation, arguments), operation.body)
    call = Call({}, app.service, trace, app.offload, app.store, body)
    if isinstance(body, _EmbedRequest):
        options.check(body.format, FORMATS, "format")
        if body.store is None and options.form_of(body).untouched:
            return await _numbers(call, body)
        if body.format != ARRAY:
            message = f"format {body.format!r} gives the model's own {DIMENSIONS} numbers: leave out the other options."
            raise InvalidRequestError(message, param="format")
    response = await operation.handler(call)
    assert isinstance(response.body, bytes)
    return Reply(_success(response.body, response.plan))


def _body(operation: Operation, arguments: Sequence[object]) -> bytes:
    """Return the call as the JSON that HTTP would carry: positional arguments first, then an object of options."""
    given = list(arguments)
    while given and given[-1] is None:
        given.pop()
    fields = dict(zip(operation.fields, given, strict=False))
    rest = given[len(operation.fields) :]
    named = rest[0] if rest else {}
    if len(rest) > 1 or not isinstance(named, dict):
        expected = ", ".join([*operation.fields, "an object of options"])
        raise InvalidRequestError(f"Call this method with {expected}.", param="options")
    try:
        return msgspec.json.encode({**{key: value for key, value in fields.items() if value is not None}, **named})
    except (TypeError, UnicodeEncodeError, RecursionError, ValueError) as error:
        raise InvalidRequestError(f"The arguments are not plain data: {error}.") from error


async def _numbers(call: Call, body: _EmbedRequest) -> Reply:
    """Answer the model's own numbers: they stay where the runtime holds them, and never become JSON text here."""
    texts = options.text_list(body.text, param="text", limit=MAX_TEXTS_PER_CALL)
    plan = options.plan(call.service, texts, body, param="text")
    head = _success(b'{"shape":[%d,%d]}' % (len(texts), DIMENSIONS), plan)
    if body.format == RESPONSE:
        return Reply(head, response=await call.service.answer(plan, call.trace))
    if body.format == FLOAT32:
        return Reply(head, floats=await call.service.ask(plan, call.trace, _checked_float32(len(texts))))
    return Reply(head, rows=await call.service.ask(plan, call.trace, lambda answer: answer.rows(len(texts))))


def _checked_float32(count: int) -> Callable[[Answer], Awaitable[bytes]]:
    async def read(answer: Answer) -> bytes:
        numbers = await answer.float32()
        vectors.float32_rows(numbers, count)
        return numbers

    return read


def _success(body: bytes, plan: Plan | None) -> str:
    told = {"task": plan.task, "tokens": plan.tokens, "truncated": plan.truncated} if plan else {}
    tail = b"," + msgspec.json.encode(told)[1:] if told else b"}"
    return (b'{"ok":true,' + body[1:-1] + tail).decode()


def _failure(error: EmbedderError) -> str:
    item = _Failure(
        error.code,
        error.message,
        error.status,
        error.param,
        error.retry_after_s,
        error.upstream_code,
        error.details,
    )
    return msgspec.json.encode({"ok": False, "error": item}).decode()
