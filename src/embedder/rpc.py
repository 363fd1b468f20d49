"""The entry point for other Workers: plain data in, plain data out, over the same operations as HTTP. No I/O.

An exception would arrive at the caller as a Python traceback, so none leaves: a failure is an answer as well.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from embedder import decoding, operations, requests
from embedder.app import App, finish, guarded
from embedder.arguments import to_json
from embedder.context import RequestContext
from embedder.errors import EmbedderError, invalid
from embedder.operations import Operation
from embedder.ports import Scope
from embedder.requests import OutputFormat
from embedder.result import Result
from embedder.settings import DIMENSIONS


class EmbedRequest(requests.EmbedRequest, kw_only=True):
    """Over RPC, vectors may also come as one Float32Array, or as a Response with the model's digits."""

    format: Literal["array", "float32", "response"] = "array"

    def output(self) -> OutputFormat:
        output = super().output()
        if self.format == "array":
            return output
        if self.store is not None or not output.keeps_digits:
            message = f"format {self.format!r} gives the model's own {DIMENSIONS} numbers: leave out the other options."
            raise invalid(message, "format")
        return OutputFormat(encoding="float32") if self.format == "float32" else output


_FAILURE = ("code", "message", "status", "param", "retry_after_s", "upstream_code", "details")
OPERATIONS = {operation.name: operation for operation in operations.TABLE}
REQUESTS = {name: operation.request for name, operation in OPERATIONS.items()} | {"embed": EmbedRequest}


class Reply(msgspec.Struct):
    """The answer to a caller: JSON text, and how numbers go into it.

    `numbers` go into `field`: as arrays, or as `form` says. Without a field they fill the stored vectors in `text`.
    """

    text: str
    numbers: object = None
    field: str = ""
    form: str = "array"


async def handle(app: App, scope: Scope, request_id: str, name: str, arguments: Sequence[object]) -> Reply:
    """Answer one call of the method `name`. Never raises."""
    context = app.begin(scope, request_id, "RPC", name)
    reply = await guarded(app, context, lambda: _answer(app, context, OPERATIONS[name], arguments))
    if isinstance(reply, EmbedderError):
        reply = Reply(_failure(reply))
    else:
        context.status = 200
    finish(app, context)
    return reply


async def _answer(app: App, context: RequestContext, operation: Operation, arguments: Sequence[object]) -> Reply:
    body = to_json(operation.arguments, arguments, app.settings.max_body_bytes)
    request = decoding.decode(body, REQUESTS[operation.name])
    result = await operation.handler(app, context, request)
    return Reply(_success(result), result.numbers, result.field, getattr(request, "format", "array"))


def _success(result: Result) -> str:
    prepared = result.prepared
    told = {"task": prepared.task, "tokens": prepared.tokens, "truncated": prepared.truncated} if prepared else {}
    body = msgspec.json.encode(result.body)[1:-1]
    tail = b"," + msgspec.json.encode(told)[1:] if told else b"}"
    return (b'{"ok":true,' + body + tail).decode()


def _failure(error: EmbedderError) -> str:
    told = {name: value for name in _FAILURE if (value := getattr(error, name)) is not None and value != {}}
    return msgspec.json.encode({"ok": False, "error": told}).decode()
