"""Requests whose client has disconnected: a later request closes them, and their memory is freed."""

import asyncio
import gc
import json
import weakref

import pytest

from embedder.api import handler
from embedder.errors import EmbedderError
from embedder.vectorize.store import Store
from tests.core.fake_index import FakeIndex, documents
from tests.core.fakes import FakeApp, FakeModel, FakeRequest, code

LOOK_MS = 1_000
LATER_MS = 60_000


class Hanging(FakeModel):
    """Answers the first calls; all later ones hang."""

    def __init__(self, answers: int = 0) -> None:
        super().__init__()
        self.answers = answers

    async def ask(self, *args, **options):
        if len(self.calls) >= self.answers:
            self.calls.append([])
            await asyncio.Future()
        return await super().ask(*args, **options)


class HangingIndex(FakeIndex):
    """Calls of one method hang."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.method = method

    async def call(self, scope, method, arguments, answer=None):
        if method == self.method:
            await asyncio.Future()
        return await super().call(scope, method, arguments, answer)


async def never(*_: object) -> bytes:
    await asyncio.Future()


OPENAI = {"model": "embeddinggemma-300m", "input": [f"text {n}" for n in range(2048)]}
PHASES = {
    "upload": (FakeModel(), None, ("POST", "/embed", {"text": "a"})),
    "limiter": (FakeModel(), None, ("POST", "/embed", {"text": "a"})),
    "model": (Hanging(), None, ("POST", "/embed", {"text": "a"})),
    "batches": (Hanging(), None, ("POST", "/v1/embeddings", OPENAI)),
    "later batches": (Hanging(9), None, ("POST", "/v1/embeddings", OPENAI)),
    "store, model": (Hanging(2), FakeIndex(), ("PUT", "/vectors", {"documents": documents(900)})),
    "store, write": (FakeModel(), HangingIndex("upsert"), ("PUT", "/vectors", {"documents": documents(900)})),
    "describe": (FakeModel(), HangingIndex("describe"), ("PUT", "/vectors", {"documents": documents(1)})),
    "search": (FakeModel(), HangingIndex("query"), ("POST", "/search", {"text": "a"})),
    "read": (FakeModel(), HangingIndex("getByIds"), ("GET", "/vectors", {})),
    "delete": (FakeModel(), HangingIndex("deleteByIds"), ("DELETE", "/vectors", {"ids": ["a"]})),
}


def request(method: str, path: str, body: dict) -> FakeRequest:
    query = "ids=" + ",".join(map(str, range(90))) if method == "GET" else ""
    return FakeRequest(method, path, json.dumps(body).encode(), query=query)


async def hang(app: FakeApp, phase: str) -> None:
    """Start a request that never ends, and return once it waits."""
    asked = request(*PHASES[phase][2])
    if phase == "upload":
        asked.read = never
    task = asyncio.ensure_future(handler.handle(app.app, asked))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not task.done()


def running() -> int:
    return sum(not task.done() and task.get_coro().cr_frame is not None for task in asyncio.all_tasks())


@pytest.mark.parametrize("phase", PHASES)
def test_a_later_request_closes_a_hanging_one(phase):
    model, index, _ = PHASES[phase]
    app = FakeApp(model, limiter=never if phase == "limiter" else None)
    if index:
        app.replace(store=Store(index, clock=app.clock, wait_s=1))

    async def scenario() -> None:
        await hang(app, phase)
        held = weakref.ref(next(iter(app.app.live._live.values())).lifetime)
        assert (await handler.handle(app.app, request("GET", "/health", {}))).status == 200
        assert held() is not None
        app.now += LATER_MS
        assert (await handler.handle(app.app, request("GET", "/health", {}))).status == 200
        assert held().aborted == ["timeout"]
        app.now += LOOK_MS
        assert (await handler.handle(app.app, request("GET", "/health", {}))).status == 200
        gc.collect()
        assert held() is None
        assert running() == 1
        assert app.app.live._live == {}

    asyncio.run(scenario())
    [closed] = [json.loads(line) for line in app.log if "client_disconnected" in line]
    assert (closed["status"], closed["path"]) == (499, PHASES[phase][2][1])
    assert closed["total_ms"] >= LATER_MS


def test_a_living_request_is_aborted_and_not_closed():
    """The isolate was busy for longer than the deadline, so that other requests come before its timer."""
    app = FakeApp(Hanging())

    async def scenario() -> None:
        ended = asyncio.get_running_loop().create_future()
        asked = request("POST", "/embed", {"text": "a"})
        asked.lifetime.abort = lambda _: (
            None if ended.done() else ended.set_exception(EmbedderError("upstream_timeout", ""))
        )
        app.model.ask = lambda *_, **__: ended
        task = asyncio.ensure_future(handler.handle(app.app, asked))
        await asyncio.sleep(0)
        app.now += LATER_MS
        for _ in range(3):
            await handler.handle(app.app, request("GET", "/health", {}))
        for _ in range(50):
            await asyncio.sleep(0)
        assert task.done()
        assert task.result().status == 504
        assert app.app.live._live == app.app.live._aborted_ms == {}

    asyncio.run(scenario())
    assert not any("client_disconnected" in line for line in app.log)


def test_a_finished_request_is_not_kept():
    app = FakeApp()
    assert app.ask("/embed", {"text": "a"}).status == 200
    assert app.ask("/embed", {}).status == 400
    assert app.call("embed", "a")
    assert app.app.live._live == {}


def test_closing_a_request_keeps_the_running_one():
    app = FakeApp(Hanging())

    async def scenario() -> None:
        await hang(app, "model")
        [dropped] = app.app.live._live
        other = asyncio.ensure_future(handler.handle(app.app, request("POST", "/embed", {"text": "b"})))
        for _ in range(50):
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(dropped.get_coro().close)
        await asyncio.sleep(0)
        assert list(app.app.live._live) == [other]
        other.cancel()

    asyncio.run(scenario())


def explode(_: list[str]) -> None:
    raise RuntimeError("inner")


@pytest.mark.parametrize(
    ("reply", "body"),
    [(code(5006, 400), {"text": "a"}), (explode, {"text": "a"}), (None, {"text": []}), (None, {"text": 7})],
)
def test_an_error_frees_its_request_without_garbage_collection(reply, body):
    status, held = without_collection(FakeApp(FakeModel(reply)), "/embed", body)
    assert (status >= 400, held) == (True, None)


def test_errors_of_the_other_batches_free_their_request():
    assert without_collection(FakeApp(FakeModel(code(5006, 400))), "/v1/embeddings", OPENAI) == (400, None)


def without_collection(app, path, body):
    """Send a request without garbage collection. Return the status, and what is left of the request's lifetime."""
    asked = request("POST", path, body)
    held = weakref.ref(asked.lifetime)
    gc.disable()
    try:
        response = asyncio.run(handler.handle(app.app, asked))
        del asked
        return response.status, held()
    finally:
        gc.enable()


def test_a_request_that_waits_for_visibility_is_not_closed():
    index = FakeIndex(polls=10**6)
    app = FakeApp()
    app.replace(store=Store(index, clock=app.clock, wait_s=20))

    async def scenario() -> None:
        asked = request("PUT", "/vectors", {"documents": documents(1), "wait": True})
        task = asyncio.ensure_future(handler.handle(app.app, asked))
        for _ in range(50):
            await asyncio.sleep(0)
        app.now += 26_000  # after DEADLINE_S and the grace period, but within WAIT_S
        await handler.handle(app.app, request("GET", "/health", {}))
        assert task in app.app.live._live
        app.now += LATER_MS
        await handler.handle(app.app, request("GET", "/health", {}))
        app.now += LOOK_MS
        await handler.handle(app.app, request("GET", "/health", {}))
        assert app.app.live._live == {}

    asyncio.run(scenario())
