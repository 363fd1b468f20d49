"""The border to the runtime: Workers AI, requests and responses. One method a platform call, plain values out."""

import asyncio
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import js
import msgspec
from pyodide.ffi import JsException, JsProxy, jsnull, to_js
from workers import import_from_javascript

from embedder import vectorize
from embedder.app import App, Limiter
from embedder.errors import EmbedderError, UpstreamError, UpstreamInvalidError, UpstreamTimeoutError
from embedder.routing import HttpResponse
from embedder.rpc import Reply
from embedder.service import Service
from embedder.settings import DIMENSIONS, MODEL, Settings, SettingsError
from embedder.store import Store

_DRAIN_FACTOR = 4
_HEAD_BYTES = 1024
_NOT_FINITE = (math.nan, math.inf, -math.inf)
_VARIABLES = (
    "MAX_TEXT_TOKENS",
    "MAX_BODY_BYTES",
    "AUTH",
    "API_KEYS",
    "CORS_ORIGINS",
    "DEADLINE_S",
    "WAIT_S",
)


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


class Vectorize:
    """The binding `VECTORIZE`. JSON text in, JSON text out: numbers never become proxies."""

    def __init__(self, index: JsProxy) -> None:
        self._index = index

    async def insert(self, vectors: str) -> str:
        return await _settled(self._index.insert(js.JSON.parse(vectors)))

    async def upsert(self, vectors: str) -> str:
        return await _settled(self._index.upsert(js.JSON.parse(vectors)))

    async def query(self, vector: str, options: str) -> str:
        return await _settled(self._index.query(js.JSON.parse(vector), js.JSON.parse(options)))

    async def query_by_id(self, name: str, options: str) -> str:
        return await _settled(self._index.queryById(name, js.JSON.parse(options)))

    async def get_by_ids(self, ids: str) -> str:
        return await _settled(self._index.getByIds(js.JSON.parse(ids)))

    async def delete_by_ids(self, ids: str) -> str:
        return await _settled(self._index.deleteByIds(js.JSON.parse(ids)))

    async def describe(self) -> str:
        return await _settled(self._index.describe())


async def _settled(promise: JsProxy) -> str:
    try:
        return str(js.JSON.stringify(await promise))
    except JsException as error:
        raise vectorize.error(str(error)) from error


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


def environment() -> Any:  # noqa: ANN401
    """Return the environment without the SDK's deep conversion; only inside a handler."""
    return import_from_javascript("cloudflare:workers").env


def variables(env: Any) -> Mapping[str, object]:  # noqa: ANN401
    return {name: getattr(env, name) for name in _VARIABLES if hasattr(env, name)}


def limiter(env: Any) -> Limiter | None:  # noqa: ANN401
    """Return the rate-limit binding, if there is one."""
    binding = getattr(env, "RATE_LIMITER", None)
    if binding is None:
        return None

    async def allow(key: str) -> bool:
        return bool((await binding.limit(to_js({"key": key}, dict_converter=js.Object.fromEntries))).success)

    return allow


def app() -> App:
    """Build what an isolate needs. If a variable is wrong it stays closed, and says why in the log."""
    env = environment()
    settings, fault = Settings(), ""
    try:
        settings = Settings.from_env(variables(env))
    except SettingsError as error:
        fault = str(error)
    service = Service(settings, WorkersAI(env.AI, settings.deadline_s), clock=js.Date.now, jitter=js.Math.random)
    index = getattr(env, "VECTORIZE", None)
    return App(
        settings=settings,
        service=service,
        store=Store(service, Vectorize(index), clock=js.Date.now, wait_s=settings.wait_s) if index else None,
        clock=js.Date.now,
        new_id=js.crypto.randomUUID,
        log=js.console.log,
        offload=to_js,
        limiter=limiter(env),
        fault=fault,
    )
