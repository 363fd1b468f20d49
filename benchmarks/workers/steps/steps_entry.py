"""The Worker with a clock around its steps, for `python -m benchmarks.steps`. Only for benchmarks; never uploaded.

`GET /__steps` returns the seconds of each step of Python, and the milliseconds of each step of JavaScript, of every
request since the last call. The steps of JavaScript are inside the step "calls" of Python.
"""

import json
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import msgspec
from workers import Response, import_from_javascript  # noqa: TID251 a Worker of its own

import bindings.ai
import bindings.http
import embedder.embedding.embedder
from embedder import decoding
from embedder.api import handler
from embedder.embedding import tokens
from entry import LISTED, METHODS, Default  # noqa: F401 the runtime looks for `Default`

_js = import_from_javascript("steps.js")


class _Clock:
    """One request is measured at a time, so there is one current step.

    `time.time` would advance a millisecond at each call; `time.monotonic` is the same clock without that.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, float]] = []
        self.step, self.at = "", 0.0

    def begin(self) -> None:
        self.step, self.at = "Python", time.monotonic()
        self.requests.append({"began": self.at})

    def enter(self, step: str) -> str:
        now = time.monotonic()
        spent = self.requests[-1]
        spent[self.step] = spent.get(self.step, 0.0) + now - self.at
        before, self.step, self.at = self.step, step, now
        return before


_clock = _Clock()


def _timed(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def inner(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        before = _clock.enter(step)
        try:
            return function(*arguments, **named)
        finally:
            _clock.enter(before)

    return inner


def _awaited(step: str, function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def inner(*arguments: Any) -> Any:  # noqa: ANN401
        before = _clock.enter(step)
        try:
            return await function(*arguments)
        finally:
            _clock.enter(before)

    return inner


class _Replaced:
    """A module of JavaScript with one function replaced."""

    def __init__(self, module: Any, **replaced: Any) -> None:  # noqa: ANN401
        self._module = module
        self.__dict__.update(replaced)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._module, name)


def _install(http: Any, ai: Any, embedding: Any, answering: Any) -> None:  # noqa: ANN401 modules
    http._bodies = _Replaced(http._bodies, readBody=_awaited("calls", http._bodies.readBody))
    http._read = _awaited("to Python", http._read)
    http.request_from_js = _timed("head", http.request_from_js)
    http.response_to_js = _timed("response", http.response_to_js)
    ai._js = _Replaced(ai._js, ask=_awaited("calls", ai._js.ask))
    answering.finish = _timed("log", answering.finish)
    embedding.msgspec = SimpleNamespace(json=SimpleNamespace(encode=_timed("inputs", msgspec.json.encode)))


_install(bindings.http, bindings.ai, embedder.embedding.embedder, handler)
decoding.decode = _timed("decode", decoding.decode)
tokens.measure = _timed("tokens", tokens.measure)


async def _fetch(request: Any) -> object:  # noqa: ANN401 of JavaScript
    if request.url.endswith("/__steps"):
        text = json.dumps({"python": _clock.requests, "javascript": json.loads(_js.take())})
        _clock.requests = []
        return Response(text).js_object
    _clock.begin()
    try:
        return await LISTED["fetch"](request)
    finally:
        _clock.enter("")


METHODS["fetch"] = _fetch
