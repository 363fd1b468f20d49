"""The border to the runtime: Workers AI, requests and responses. One method a platform call, plain values out."""

from collections.abc import Mapping
from typing import Any

import js
from pyodide.ffi import JsException, JsProxy, to_js
from workers import import_from_javascript

from embedder.errors import UpstreamError
from embedder.routing import HttpResponse
from embedder.service import Service
from embedder.settings import MODEL, Settings
from embedder.web import App, Limiter

_DRAIN_FACTOR = 4
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

    def __init__(self, response: JsProxy) -> None:
        self.response = response
        self.status: int = response.status

    @property
    def content_type(self) -> str:
        return self.response.headers.get("content-type") or ""

    async def read(self) -> bytes:
        try:
            return bytes((await self.response.arrayBuffer()).to_bytes())
        except JsException as error:
            raise UpstreamError("The answer of Workers AI broke off.") from error


class WorkersAI:
    """The binding `AI`."""

    def __init__(self, ai: JsProxy) -> None:
        self._ai = ai
        self._options = js.JSON.parse('{"returnRawResponse": true}')

    async def run(self, inputs: str) -> Answer:
        try:
            return Answer(await self._ai.run(MODEL, js.JSON.parse(inputs), self._options))
        except JsException as error:
            raise UpstreamError("Workers AI could not be reached.") from error


class Request:
    """A `Request` of the runtime as the core reads it."""

    def __init__(self, request: JsProxy) -> None:
        self._request = request
        self.method: str = request.method
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
    headers = to_js(list(response.headers.items()))
    return js.Response.new(_content(response), status=response.status, headers=headers)


def _content(response: HttpResponse) -> JsProxy | None:
    body = response.body
    if isinstance(body, Answer):
        return body.response.body
    if isinstance(body, list):
        return js.Blob.new(to_js(body)).stream()
    return to_js(body) if body else None


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
    """Build what an isolate needs; SettingsError if a variable is wrong."""
    env = environment()
    settings = Settings.from_env(variables(env))
    return App(
        settings=settings,
        service=Service(settings, WorkersAI(env.AI), js.Date.now),
        clock=js.Date.now,
        new_id=js.crypto.randomUUID,
        log=print,
        offload=to_js,
        limiter=limiter(env),
    )
