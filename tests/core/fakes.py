"""Hand-written fakes of the ports of the core. They record their calls.

The fakes hold numbers in plain lists, where the real ports hold JavaScript objects.
"""

import asyncio
import base64
import contextlib
import json
import math
from array import array
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

import msgspec

from embedder import errors, rpc
from embedder.api import handler
from embedder.api.routing import HttpResponse, path_and_query
from embedder.app import App
from embedder.embedding.embedder import Embedder
from embedder.errors import EmbedderError
from embedder.ports import Arguments, Limiter
from embedder.settings import DIMENSIONS, Settings
from emulator import lexical

T = TypeVar("T")
_LOOP = asyncio.new_event_loop()


def run(coroutine: Coroutine[object, object, T]) -> T:
    """Do what `asyncio.run` does, on one loop: a new loop and its signal handler take longer than a request."""
    try:
        return _LOOP.run_until_complete(coroutine)
    finally:
        if left := asyncio.all_tasks(_LOOP):
            for task in left:
                task.cancel()
            _LOOP.run_until_complete(asyncio.gather(*left, return_exceptions=True))


class FakeLifetime:
    """Records how it ended, and extensions of the deadline."""

    cached = 0

    def __init__(self, clock: Callable[[], float] = lambda: 1_000_000.0, deadline_s: float = 25) -> None:
        self.clock = clock
        self.ends_ms = clock() + deadline_s * 1000
        self.closed = False
        self.caller = ""
        self.aborted: list[str] = []
        self.extended: list[float] = []
        self.yields = 0
        self.finished = ""
        self.held: list[int] = []

    def belong_to(self, caller: str) -> None:
        self.caller = caller

    def is_over(self, now_ms: float) -> bool:
        return now_ms > self.ends_ms + 2_000

    def close(self) -> None:
        self.closed = True

    def abort(self, reason: str) -> None:
        self.aborted.append(reason)

    def extend(self, ms: float) -> None:
        self.extended.append(ms)
        self.ends_ms = self.clock() + ms

    async def sleep(self, _ms: float) -> None:
        await asyncio.Future()

    def finish_work(self, *, keep_answers: bool) -> None:
        self.finished = "work" if keep_answers else "work and answers"

    async def hold(self, more: int) -> None:
        self.held.append(more)

    async def yield_to_others(self) -> None:
        self.yields += 1
        await asyncio.sleep(0)


class FakeAnswer(msgspec.Struct):
    fault: str = ""
    status: int = 200
    detail: str = ""
    rows: list[list[float]] = []


class FakeNumbers(msgspec.Struct):
    """Numbers in an output format, or in several: then `members` has their names."""

    values: list
    encoding: str = ""
    members: list[str] = []

    def written(self, item: str) -> str:
        parts = (msgspec.json.encode(value).decode() for value in self.values)
        rows = ",".join(item.replace("#", str(index)).replace("@", part) for index, part in enumerate(parts))
        return ",".join(f'"{name}":[{rows}]' for name in self.members) or rows


class FakeModel:
    """Returns lexical vectors, or the result of `reply`. Counts calls in flight."""

    def __init__(self, reply: Callable[[list[str]], FakeAnswer] | None = None) -> None:
        self.calls: list[list[str]] = []
        self.rejecting: list[bool] = []
        self.outputs: list[tuple[int, str]] = []
        self.gateways: list[str] = []
        self.alone: list[bool] = []
        self.keys: list[str] = []
        self.reserved: list[tuple[int, int, str]] = []  # texts, dimensions and encoding
        self.in_flight = self.most_in_flight = self.cancelled = 0
        self._reply = reply or rows_of

    async def ask(
        self, _scope, inputs, count, *, dimensions, encoding, reject_if_busy, gateway, alone, key
    ) -> FakeAnswer:
        self.gateways.append(gateway)
        self.alone.append(alone)
        self.keys.append(key)
        self.rejecting.append(reject_if_busy)
        self.outputs.append((dimensions, encoding))
        texts = json.loads(inputs)["text"]
        assert (len(texts), dimensions in (768, 512, 256, 128)) == (count, True)
        self.calls.append(texts)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            return self._reply(texts)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.in_flight -= 1

    async def reserve(self, _scope, count, *, dimensions, encoding) -> None:
        self.reserved.append((count, dimensions, encoding))

    def join(self, answers: list[FakeAnswer], dimensions: int, encoding: str) -> FakeNumbers:
        rows = [shortened(row, dimensions) for answer in answers for row in answer.rows]
        values = [packed(row) for row in rows] if encoding == "base64" else rows
        return FakeNumbers(values, encoding, encoding.split(",") if "," in encoding else [])

    def similarity(self, answers: list[FakeAnswer], dimensions: int, *, source: bool) -> FakeNumbers:
        rows = [unit(row[:dimensions]) for answer in answers for row in answer.rows]
        if source:
            return FakeNumbers([dot(rows[0], row) for row in rows[1:]])
        return FakeNumbers([[dot(left, right) for right in rows] for left in rows])


def dot(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def unit(row: list[float]) -> list[float]:
    length = math.hypot(*row)
    return [value / length for value in row]


def shortened(row: list[float], dimensions: int) -> list[float]:
    return row if dimensions == len(row) else unit(row[:dimensions])


def packed(row: list[float]) -> str:
    return base64.b64encode(array("f", row).tobytes()).decode()


def rows_of(texts: list[str]) -> FakeAnswer:
    return FakeAnswer(rows=[list(_row(text)) for text in texts])


@lru_cache(500)
def _row(text: str) -> tuple[float, ...]:
    return tuple(lexical.embed(text))


def code(number: int, status: int) -> Callable[[list[str]], FakeAnswer]:
    body = json.dumps({"internalCode": number, "description": "a reason"})
    return lambda _: FakeAnswer("http", status, body)


class FakeRequest:
    def __init__(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, query: str = ""
    ) -> None:
        self.method, self.body, self.query = method, body, query
        self.url = f"https://embedder.example{path}"
        self.path, _ = path_and_query(self.url)
        self.lifetime = FakeLifetime()
        self.id = "generated-id"
        self.headers = {"content-type": "application/json", **(headers or {})}

    async def read(self, limit: int) -> bytes:
        if len(self.body) > limit:
            raise EmbedderError("payload_too_large", f"over {limit}")
        return self.body

    async def read_vectors(self, field: str, limit: int) -> tuple[bytes, FakeAnswer]:
        return uploaded(await self.read(limit), field)


def uploaded(body: bytes, field: str) -> tuple[bytes, FakeAnswer]:
    """Take the vectors out of a body, as `bindings/requests/uploads.js` does."""
    request = uploaded_json(body, field)
    rows: list[list[float]] = []
    items = request.get(field) if isinstance(request, dict) else None
    holders = items if field == "vectors" and isinstance(items, list) else [request]
    name = "values" if field == "vectors" else field
    for holder in holders:
        if isinstance(holder, dict) and name in holder:
            rows.append(checked(holder[name]))
            holder[name] = len(rows) - 1
    return json.dumps(request).encode(), FakeAnswer(rows=rows)


def uploaded_json(body: bytes, field: str) -> object:
    try:
        request = json.loads(body)
        alone = field == "vectors" and isinstance(request, dict) and field not in request
        return {field: [request]} if alone else request
    except (ValueError, RecursionError):
        with contextlib.suppress(ValueError, RecursionError):
            if field == "vectors" and body.strip():
                return {field: [json.loads(line) for line in body.splitlines() if line.strip()]}
        raise EmbedderError("invalid_json", "not JSON") from None


def checked(values: object) -> list[float]:
    numbers = isinstance(values, list) and all(type(value) in (int, float) for value in values)
    if numbers and len(values) == DIMENSIONS and all(abs(value) < 3.4e38 for value in values):
        return values
    raise EmbedderError("invalid_request", "not a vector")


def plain(arguments: Sequence[object]) -> Arguments:
    """Return arguments as `bindings/requests/rpc.js` writes them, where they are right."""

    async def read(_lifetime, names: tuple[str, ...], limit: int) -> bytes:  # noqa: ARG001
        named = {name: value for name, value in zip(names, arguments, strict=False) if value is not None}
        options = arguments[len(names) :] or [{}]
        if len(options) > 1 or not isinstance(options[0], dict):
            raise EmbedderError("invalid_request", "too many", param="options")
        return json.dumps(named | options[0]).encode()

    return read


class FakeApp:
    """An application on fakes. `ask`, `send` and `call` make requests; `model` and `log` record the effects."""

    def __init__(self, model: FakeModel | None = None, *, limiter: Limiter | None = None, **variables: str) -> None:
        self.model = model or FakeModel()
        self.log: list[str] = []
        self.now = 1_000_000.0
        self.slept: list[float] = []
        settings = Settings.from_env({"AUTH": "off", **variables})
        self.deadline_s = settings.deadline_s
        self.lifetime = self.new_lifetime()
        self.app = App(
            settings=settings,
            embedder=Embedder(settings, self.model, clock=self.clock, jitter=lambda: 0.5),
            clock=self.clock,
            log=self.log.append,
            limiter=limiter,
        )

    def new_lifetime(self) -> FakeLifetime:
        lifetime = FakeLifetime(lambda: self.now, self.deadline_s)
        lifetime.sleep = self.sleep
        return lifetime

    async def sleep(self, ms: float) -> None:
        self.slept.append(ms / 1000)
        self.now += ms

    def clock(self) -> float:
        self.now += 1
        return self.now

    def replace(self, **parts: object) -> None:
        self.app = msgspec.structs.replace(self.app, **parts)

    def send(self, method: str, path: str, body: bytes = b"", *, query: str = "", **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return run(self.handle(FakeRequest(method, path, body, named, query)))

    async def handle(self, request: FakeRequest) -> HttpResponse:
        self.lifetime = request.lifetime = self.new_lifetime()
        return await handler.handle(self.app, request)

    def ask(self, path: str, body: object, **headers: str) -> HttpResponse:
        return self.send("POST", path, json.dumps(body).encode(), **headers)

    def call(self, name: str, *arguments: object) -> rpc.Reply:
        return run(rpc.handle(self.app, self.lifetime, "generated-id", name, plain(arguments)))


def content(response: HttpResponse) -> str:
    """Return the body of the response, as JavaScript would write it."""
    text, tail = (part.decode() if isinstance(part, bytes) else part for part in (response.text, response.tail))
    if isinstance(response.numbers, FakeNumbers):
        return f"{text}{response.numbers.written(response.item)}{tail}"
    return text


def json_of(response: HttpResponse) -> dict:
    return json.loads(content(response))


def error(response: HttpResponse) -> tuple[int, str, str | None]:
    item = json_of(response)["error"]
    return response.status, item["code"], item["param"]


class FakeQueue:
    """Records what it accepts. Fails the call number `fail_call`."""

    def __init__(self, *, fail_call: int | None = None) -> None:
        self.sent: list[list[str]] = []
        self.fail_call = fail_call

    async def send(self, _scope, messages: list[str]) -> None:
        if len(self.sent) == self.fail_call:
            raise EmbedderError("upstream_busy", "The queue is busy.", retry_after_s=5)
        self.sent.append(messages)

    @property
    def bodies(self) -> list[str]:
        return [body for part in self.sent for body in part]


class FakeBatch:
    """Delivers messages in parts of 100, and records in `events` what happens to them."""

    queue = "ingest"

    def __init__(self, bodies: Sequence[object], *, attempts: int = 1, events: list | None = None) -> None:
        self.events = [] if events is None else events
        self.acknowledged: list[int] = []
        self.retried: dict[int, int] = {}
        self.left = set(range(len(bodies)))
        self.busy = False
        messages = [{"position": i, "attempts": attempts, **message(body)} for i, body in enumerate(bodies)]
        self._parts = [messages[start : start + 100] for start in range(0, len(messages), 100)]

    async def read(self, _lifetime) -> str:
        if self.busy:
            raise errors.busy()
        return json.dumps(self._parts.pop(0) if self._parts else [])

    def acknowledge(self, positions: list[int]) -> None:
        self._settle(positions)
        self.acknowledged += positions
        self.events.append("acknowledged")

    def retry(self, positions: list[int], delay_s: int) -> None:
        self._settle(positions)
        self.retried |= dict.fromkeys(positions, delay_s)

    def retry_rest(self, delay_s: int) -> int:
        rest = sorted(self.left)
        self.retry(rest, delay_s)
        return len(rest)

    def _settle(self, positions: list[int]) -> None:
        assert self.left.issuperset(positions), "settled twice"
        self.left -= set(positions)


def message(body: object) -> dict:
    """Return the fields of a message; a text stays as it is, and a document becomes one."""
    if isinstance(body, dict):
        return {"body": json.dumps({"version": 1, "document": body} if "version" not in body else body)}
    return {"body": body}
