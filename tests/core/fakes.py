"""Hand-written stand-ins for what the core needs; they record what was asked of them."""

import asyncio
import json
from array import array
from collections.abc import Callable, Mapping

import msgspec

from embedder import vectors, web
from embedder.app import App, Limiter
from embedder.errors import UpstreamInvalidError
from embedder.routing import HttpResponse
from embedder.service import Service
from embedder.settings import Settings
from standin import lexical


class FakeAnswer:
    def __init__(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.status, self.body, self.content_type = status, body, content_type

    async def head(self) -> bytes:
        return self.body[:1024]

    async def read(self) -> bytes:
        return self.body

    async def rows(self, count: int) -> object:
        vectors.raw_rows(self.body, count)
        return json.loads(self.body)["data"]

    async def float32(self) -> bytes:
        try:
            rows = json.loads(self.body)["data"]
            return array("f", [value for row in rows for value in row]).tobytes()
        except (ValueError, TypeError, KeyError) as error:
            raise UpstreamInvalidError("no rows of numbers") from error


class FakeModel:
    """Answers lexical vectors, or what `reply` returns for the texts; counts calls in flight."""

    def __init__(self, reply: Callable[[list[str]], FakeAnswer] | None = None) -> None:
        self.calls: list[list[str]] = []
        self.rejecting: list[bool] = []
        self.in_flight = self.most_in_flight = self.cancelled = 0
        self._reply = reply or rows_of

    async def run(self, inputs: str, *, reject_if_busy: bool, client: object) -> FakeAnswer:  # noqa: ARG002
        self.rejecting.append(reject_if_busy)
        texts = json.loads(inputs)["text"]
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


def rows_of(texts: list[str]) -> FakeAnswer:
    data = [lexical.embed(text) for text in texts]
    return FakeAnswer(200, json.dumps({"shape": [len(data), 768], "data": data}).encode())


def code(number: int, status: int) -> Callable[[list[str]], FakeAnswer]:
    return lambda _: FakeAnswer(status, json.dumps({"internalCode": number, "description": "said so"}).encode())


class FakeRequest:
    def __init__(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, query: str = ""
    ) -> None:
        self.method, self.path, self.body, self.query = method, path, body, query
        self.client = None
        self.headers = {"content-type": "application/json", **(headers or {})}

    def header(self, name: str) -> str | None:
        return self.headers.get(name)

    async def read(self, limit: int) -> bytes | None:
        return self.body if len(self.body) <= limit else None


class FakeApp:
    """A whole application over fakes: `ask` sends a request, `model` and `log` tell what came of it."""

    def __init__(self, model: FakeModel | None = None, *, limiter: Limiter | None = None, **variables: str) -> None:
        self.model = model or FakeModel()
        self.log: list[str] = []
        self.now = 1_000_000.0
        self.slept: list[float] = []
        settings = Settings.from_env({"AUTH": "off", **variables})
        self.app = App(
            settings=settings,
            service=Service(settings, self.model, clock=self.clock, jitter=lambda: 0.5, sleep=self.sleep),
            clock=self.clock,
            new_id=lambda: "generated-id",
            log=self.log.append,
            offload=lambda part: part,
            limiter=limiter,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds * 1000

    def clock(self) -> float:
        self.now += 1
        return self.now

    def replace(self, **parts: object) -> None:
        self.app = msgspec.structs.replace(self.app, **parts)

    def send(self, method: str, path: str, body: bytes = b"", *, query: str = "", **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return asyncio.run(web.handle(self.app, FakeRequest(method, path, body, named, query)))

    def ask(self, path: str, body: object, **headers: str) -> HttpResponse:
        return self.send("POST", path, json.dumps(body).encode(), **headers)


def content(response: HttpResponse) -> bytes:
    body = response.body
    if isinstance(body, FakeAnswer):
        return body.body
    return b"".join(body) if isinstance(body, list) else body


def said(response: HttpResponse) -> dict:
    return json.loads(content(response))


def error(response: HttpResponse) -> tuple[int, str, str | None]:
    item = said(response)["error"]
    return response.status, item["code"], item["param"]
