"""Handles one RPC call of another Worker: plain data in, plain data out, with the same operations as HTTP.

An exception would reach the caller as a Python traceback. Therefore errors are returned as data.
"""

from typing import Literal

import msgspec

from embedder import decoding
from embedder.access.scopes import FULL
from embedder.app import App, Guard, finish
from embedder.context import RequestContext
from embedder.embedding.options import FLOATS, MODEL_DIGITS, OutputFormat
from embedder.encoding import merged, split_at_placeholder
from embedder.errors import EmbedderError, invalid
from embedder.operations import requests, table
from embedder.operations.result import Result
from embedder.ports import Arguments, Lifetime
from embedder.settings import DIMENSIONS, LARGE_BYTES


class EmbedRequest(requests.EmbedRequest, kw_only=True):
    """Over RPC, vectors can also be one Float32Array, or a Response with the model's own digits."""

    format: Literal["array", "float32", "response"] = "array"

    def output(self) -> OutputFormat:
        output = super().output()
        if self.format != "array" and (self.store is not None or output != MODEL_DIGITS):
            message = f"format {self.format!r} returns the model's own {DIMENSIONS} numbers; "
            raise invalid(message + "remove dimensions, encoding_format and store.", "format")
        return FLOATS if output == MODEL_DIGITS and self.format != "response" else output


_FAILURE = ("code", "message", "status", "param", "retry_after_s", "upstream_code", "details")
OPERATIONS = table.BY_NAME
REQUESTS = {name: operation.request for name, operation in OPERATIONS.items()} | {"embed": EmbedRequest}


class Reply(msgspec.Struct):
    """The answer to a caller: `text` is JSON, `numbers` a handle to the numbers that belong into it.

    `numbers` become the `field`, which is empty in the text, in the format `form`. Without a field, they are the
    `values` of stored vectors.
    """

    text: str
    numbers: object = None
    field: str = ""
    form: str = "array"


async def handle(app: App, lifetime: Lifetime, request_id: str, name: str, arguments: Arguments) -> Reply:
    """Answer one call of the method `name`. Never raises."""
    context = app.begin(lifetime, request_id, "RPC", name, FULL)  # only Workers of the same account can call
    reply: Reply | None = None
    with Guard(app, context) as guard:
        reply = await _answer(app, context, name, arguments)
        context.log.status = 200
    if reply is None:
        reply = Reply(_failure(guard.error))
    finish(app, context)
    return reply


async def _answer(app: App, context: RequestContext, name: str, arguments: Arguments) -> Reply:
    if app.fault:
        raise RuntimeError(app.fault)
    operation = OPERATIONS.get(name)
    if operation is None:
        raise EmbedderError("not_found", f"Unknown method {name}; call {', '.join(OPERATIONS)}.")
    context.access.require(operation.scope)
    body = await arguments(context.lifetime, operation.arguments, app.settings.max_body_bytes)
    request = decoding.decode(body, REQUESTS[operation.name])
    if len(body) > LARGE_BYTES:
        await context.lifetime.yield_to_others()
    result = await operation.handler(app, context, request)
    return Reply(_success(result), result.numbers, result.field, getattr(request, "format", "array"))


def _success(result: Result) -> str:
    prepared = result.prepared
    usage = {"task": prepared.task, "tokens": prepared.tokens, "truncated": prepared.truncated} if prepared else {}
    return "".join(split_at_placeholder(merged({"ok": True}, result.body, usage)))


def _failure(error: EmbedderError) -> str:
    fields = {name: value for name in _FAILURE if (value := getattr(error, name)) is not None and value != {}}
    return msgspec.json.encode({"ok": False, "error": fields}).decode()
