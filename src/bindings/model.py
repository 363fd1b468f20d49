"""The binding `AI`, and what it answers. One method a platform call, plain values out."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager

import js
from pyodide.ffi import JsException, JsProxy, jsnull, to_js

from embedder.errors import EmbedderError, UpstreamError, UpstreamInvalidError, UpstreamTimeoutError
from embedder.settings import DIMENSIONS, MODEL

_HEAD_BYTES = 1024
_NOT_FINITE = (math.nan, math.inf, -math.inf)


class Answer:
    """An upstream `Response` that nobody has read yet."""

    def __init__(self, response: JsProxy, body_limit_ms: int) -> None:
        self._response = response
        self._body_limit_ms = body_limit_ms
        self._first: JsProxy | None = None
        self.status: int = response.status

    @property
    def content_type(self) -> str:
        return self._response.headers.get("content-type") or ""

    @property
    def stream(self) -> JsProxy:
        """The whole body as a stream, with the chunk that `head` has looked at in front."""
        body = self._response.body
        if self._first is None:
            return body
        length = self._response.headers.get("content-length")
        whole = js.FixedLengthStream.new(int(length)) if length else js.IdentityTransformStream.new()
        writer = whole.writable.getWriter()
        written = writer.write(self._first)
        writer.releaseLock()
        # what is passed on when we have answered is bounded by its own clock
        limit = js.Object.new()
        limit.signal = js.AbortSignal.timeout(self._body_limit_ms)
        # nobody waits for these two: a broken stream shows at the end that is read
        js.Promise.allSettled(to_js([written, body.pipeTo(whole.writable, limit)]))
        return whole.readable

    async def head(self) -> bytes:
        with _reading():
            reader = self._response.body.getReader()
            self._first = (await reader.read()).value or js.Uint8Array.new(0)
            reader.releaseLock()
            return bytes(self._first.subarray(0, _HEAD_BYTES).to_bytes())

    async def read(self) -> bytes:
        with _reading():
            response = self._response if self._first is None else js.Response.new(self.stream)
            return bytes((await response.arrayBuffer()).to_bytes())

    async def float32(self) -> bytes:
        """Parse and flatten on the other side: numbers cross as one block of memory."""
        with _reading():
            flat = (await self._response.json()).data.flat()
            numbers = js.Float32Array.new(flat)
            # null would have become 0, and a word NaN
            if flat.includes(jsnull) or any(numbers.includes(value) for value in _NOT_FINITE):
                raise _no_rows()
            return bytes(numbers.to_bytes())

    async def rows(self, count: int) -> JsProxy:
        """Parse on the other side, and leave the numbers there."""
        with _reading():
            rows = (await self._response.json()).data
            flat = rows.flat()
            if (rows.length, flat.length) != (count, count * DIMENSIONS) or flat.includes(jsnull):
                raise _no_rows()
            if not all(row.length == DIMENSIONS and row.some(js.Boolean) for row in rows):
                raise _no_rows()
            return rows


@contextmanager
def _reading() -> Iterator[None]:
    """Turn what goes wrong while an answer is read into one of our errors."""
    try:
        yield
    except JsException as error:
        if error.name == "SyntaxError":
            raise _no_rows() from error
        raise UpstreamError("The answer of Workers AI broke off.", transient=True) from error
    except (AttributeError, TypeError) as error:
        raise _no_rows() from error


def _no_rows() -> EmbedderError:
    return UpstreamInvalidError("The model's answer is not rows of numbers that are finite and not all zero.")


class WorkersAI:
    """The binding `AI`. A call ends when its client goes, or when nobody waits for it any more."""

    def __init__(self, ai: JsProxy, deadline_s: int) -> None:
        self._ai = ai
        self._deadline_ms = deadline_s * 1000

    async def run(self, inputs: str, *, reject_if_busy: bool, client: object) -> Answer:
        abort = js.AbortController.new()
        options = js.Object.new()
        options.returnRawResponse = True
        options.rejectIfBusy = reject_if_busy
        options.signal = js.AbortSignal.any(to_js([abort.signal, client])) if client else abort.signal
        try:
            return Answer(await self._ai.run(MODEL, js.JSON.parse(inputs), options), self._deadline_ms)
        except JsException as error:
            raise _unreachable(error) from error
        except asyncio.CancelledError:
            abort.abort()
            raise


def _unreachable(error: JsException) -> EmbedderError:
    if error.name in ("TimeoutError", "AbortError"):
        return UpstreamTimeoutError("Workers AI did not answer in time.")
    return UpstreamError("Workers AI could not be reached.", transient=True)
