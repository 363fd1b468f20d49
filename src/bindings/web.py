"""Requests, responses and answers to other Workers, from and to the runtime."""

import js
import msgspec
from pyodide.ffi import JsProxy, to_js

from bindings.model import Answer
from embedder.routing import HttpResponse
from embedder.rpc import Reply

_DRAIN_FACTOR = 4


class Request:
    """A `Request` of the runtime as the core reads it."""

    def __init__(self, request: JsProxy) -> None:
        self._request = request
        self.method: str = request.method
        self.client: object = request.signal
        url: str = request.url
        rest: str = url[url.index("/", 8) :] if "/" in url[8:] else "/"
        self.path, _, self.query = rest.partition("?")

    def header(self, name: str) -> str | None:
        value = self._request.headers.get(name)
        return value if isinstance(value, str) else None

    async def read(self, limit: int) -> bytes | None:
        claimed = self.header("content-length")
        if claimed is None or int(claimed) > limit:
            return await self._read_stream(limit)
        return bytes((await self._request.arrayBuffer()).to_bytes())

    async def _read_stream(self, limit: int) -> bytes | None:
        """Without a content-length only reading tells the size. A body that is over the limit is not kept.

        A client that is still sending would not see the refusal, so some of it is read before giving up.
        """
        if not self._request.body:
            return b""
        reader = self._request.body.getReader()
        chunks: list[bytes] = []
        size = 0
        while not (step := await reader.read()).done:
            size += step.value.length
            if size > limit * _DRAIN_FACTOR:
                await reader.cancel()
                break
            if size <= limit:
                chunks.append(step.value.to_bytes())
        return b"".join(chunks) if size <= limit else None


def response_to_js(response: HttpResponse) -> JsProxy:
    """Return a `Response`; an answer of the model and off-loaded parts go out as a stream."""
    # an object crosses faster as JSON text than key by key
    options = msgspec.json.encode({"status": response.status, "headers": response.headers}).decode()
    return js.Response.new(_content(response), js.JSON.parse(options))


def _content(response: HttpResponse) -> JsProxy | None:
    body = response.body
    if isinstance(body, Answer):
        return body.stream
    if isinstance(body, list):
        return js.Blob.new(to_js(body)).stream()
    return to_js(body) if body else None


def reply_to_js(reply: Reply) -> JsProxy:
    """Return an answer to another Worker as plain data."""
    answer = js.JSON.parse(reply.text)
    if reply.rows is not None:
        answer.data = reply.rows
    if reply.floats is not None:
        answer.data = js.Float32Array.new(to_js(reply.floats).buffer)
    if reply.response is not None:
        body = reply.response.stream if isinstance(reply.response, Answer) else to_js(reply.response)
        answer.response = js.Response.new(body, headers=to_js([["content-type", "application/json"]]))
    return answer
