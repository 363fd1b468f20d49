"""Scenarios for the event loop of src/. Each returns its observations as JSON.

The path contains the scenario and the marker of the request. The loop is installed by the scenario `install`, so that
a Worker can also run without it.
"""

import asyncio
import gc
import json
from contextvars import ContextVar

import js
import pyodide_js
from pyodide import webloop
from pyodide.ffi import create_once_callable, create_proxy
from workers import Response, WorkerEntrypoint

from bindings import event_loop
from bindings.clock import clock

SHORT_S = 0.001  # Pyodide handles the shortest timers differently
owner = ContextVar("owner", default="no request")
served = 0
strays = []
SCENARIOS = {}
READINGS = 2_000


def scenario(run):
    SCENARIOS[run.__name__] = run
    return run


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        global served
        served += 1
        name, marker = request.url.split("/")[3:]
        return Response(json.dumps(await SCENARIOS[name](self, marker)))


def never():
    """Return a JavaScript promise that stays pending."""
    return js.Promise.new(create_once_callable(lambda *_: None))


async def call(worker, path):
    answer = await worker.env.UPSTREAM.fetch(f"http://upstream/{path}")
    return await answer.text()


# Installing the loop.


@scenario
async def install(*_):
    return event_loop.install()


@scenario
async def time(*_):
    """Ask for the time as often as some hundred requests do."""
    for _ in range(READINGS):
        clock()
    return abs(clock() - js.Date.now()) < READINGS / 2


@scenario
async def missing(_, what):
    """Remove an attribute during install()."""
    loop, api = asyncio.get_running_loop(), pyodide_js._api
    target, name = what.split(".")
    target = {"api": api, "loop": type(loop), "webloop": webloop}[target]
    removed, before = getattr(target, name), patched(loop, api)
    delattr(target, name)
    try:
        installed = event_loop.install()
    finally:
        setattr(target, name, removed)
    return {"installed": installed, "unchanged": patched(loop, api) == before}


def patched(loop, api):
    return loop.call_soon, loop.call_soon_threadsafe, api.scheduleCallback, webloop.scheduleCallback


@scenario
async def installed_twice(*_):
    """Count the microtasks of one handle after a second and a third install()."""
    original, seen = js.queueMicrotask, []

    def counted(callback):
        seen.append("microtask")
        original(callback)

    js.globalThis.queueMicrotask = create_proxy(counted)
    event_loop.install()
    event_loop.install()
    js.globalThis.queueMicrotask = original
    asyncio.get_running_loop().call_soon(seen.append, "handle")
    event_loop.install()
    await asyncio.sleep(0)
    return seen


# The order of execution.


@scenario
async def turns(*_):
    """Schedule a handle, and queue a microtask after it."""
    seen = []
    asyncio.get_running_loop().call_soon(seen.append, "handle")
    js.queueMicrotask(create_once_callable(lambda: seen.append("microtask")))
    for _ in range(3):
        await asyncio.sleep(0)
    return seen


@scenario
async def messages(*_):
    """Count the messages in Pyodide's channel while promises, handles and timers are awaited."""
    port, seen = js.MessagePort.prototype, []
    original = port.postMessage

    def counted(this, value):
        seen.append("message")
        original.call(this, value)

    port.postMessage = create_proxy(counted, capture_this=True)
    await js.Promise.resolve(1)
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(SHORT_S), asyncio.sleep(0.01))
    port.postMessage = original
    return seen


@scenario
async def ready(*_):
    """Schedule handles; one is cancelled, and one unsets the running loop."""
    loop, seen = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda *_: seen.append("exception"))
    handles = [loop.call_soon(seen.append, number) for number in range(4)]
    handles[1].cancel()
    loop.call_soon(asyncio._set_running_loop, None)
    loop.call_soon_threadsafe(lambda: seen.append(asyncio._get_running_loop() is loop))
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    return seen


@scenario
async def timeouts(*_):
    """Use a timeout that expires, one that expires immediately and one that does not expire."""
    seen = []
    for limit, work in ((SHORT_S, never), (0, never), (10, js.Promise.resolve)):
        try:
            async with asyncio.timeout(limit):
                await work()
                seen.append("in time")
        except TimeoutError:
            seen.append("too late")
    return seen


@scenario
async def passed(*_):
    """Schedule a callback for a time that has passed."""
    loop, seen = asyncio.get_running_loop(), asyncio.Queue()
    loop.call_at(loop.time() - 1, seen.put_nowait, "at once")
    return await seen.get()


@scenario
async def sleepers(*_):
    async def note(delay):
        await asyncio.sleep(delay)
        seen.append(delay)

    seen = []
    await asyncio.gather(*map(note, (0.5, 0.03, SHORT_S, 0)))  # a busy machine may take some time between two of them
    return seen


@scenario
async def cancelled(*_):
    task = asyncio.create_task(wait_forever(seen := []))
    await asyncio.sleep(0)
    asked = task.cancel("enough")
    await asyncio.wait([task])
    return [asked, task.cancelled(), *seen]


async def wait_forever(seen):
    try:
        await never()
    except asyncio.CancelledError as error:
        seen += error.args
        raise


@scenario
async def exceptions(*_):
    """Fail in a task that is never awaited, and in a callback."""
    loop, reported = asyncio.get_running_loop(), asyncio.Queue()
    loop.set_exception_handler(lambda _, context: reported.put_nowait(type(context["exception"]).__name__))
    task = asyncio.create_task(fail(LookupError()))
    loop.call_soon(int, "no number")
    seen = [await reported.get(), await reported.get()]
    loop.set_exception_handler(None)
    return [task.done(), *sorted(seen)]


async def fail(error):
    raise error


@scenario
async def generators(*_):
    """Close one async generator, and drop another without closing it."""
    seen = asyncio.Queue()
    asked, lost = numbers("closed", seen), numbers("lost", seen)
    await anext(asked)
    await anext(lost)
    await asked.aclose()
    del lost
    gc.collect()
    return [await seen.get(), await asyncio.wait_for(seen.get(), 5)]


async def numbers(name, seen):
    try:
        yield 1
    finally:
        await js.Promise.resolve(1)
        seen.put_nowait(name)


# Isolation of requests.


@scenario
async def isolate(*_):
    """Return the number of requests of this isolate, and the handles that outlived their request."""
    return {"served": served, "strays": strays}


@scenario
async def abort(worker, _):
    """Abort this request between two microtasks, when a handle and a timer of it are due."""
    answer = await worker.env.UPSTREAM.fetch("http://upstream/unread")

    def stray():
        strays.append("timer")
        asyncio.ensure_future(answer.text())  # noqa: RUF006 must not run

    async def soon():
        js.queueMicrotask(worker.ctx.abort.bind(worker.ctx))
        asyncio.get_running_loop().call_later(SHORT_S, stray)

    task = asyncio.create_task(soon())
    await js.Promise.resolve(1)
    strays.append(str(task))


@scenario
async def hold(worker, marker):
    """Wait for an answer that never arrives, while a task repeats a timer."""

    async def tick(mine):
        while True:
            await asyncio.sleep(SHORT_S)
            if served != mine:
                strays.append("tick")

    task = asyncio.create_task(tick(served))
    return await call(worker, f"hold-{marker}"), str(task)


@scenario
async def mixed(worker, marker):
    """Return the marker of the request after every way of waiting."""
    owner.set(marker)
    seen = await asyncio.gather(call(worker, marker), call(worker, marker), later())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(later()), group.create_task(call(worker, owner.get()))]
    seen += [task.result() for task in tasks]
    seen += [await limited(), await cancelled_for(marker)]
    return [*seen, *[value async for value in parts(worker)]]


async def later():
    await asyncio.sleep(SHORT_S)
    return owner.get()


async def limited():
    try:
        async with asyncio.timeout(SHORT_S):
            await never()
    except TimeoutError:
        return owner.get()


async def cancelled_for(marker):
    task = asyncio.create_task(wait_forever(seen := []))
    await asyncio.sleep(0)
    task.cancel(marker)
    await asyncio.wait([task])
    return seen[0]


async def parts(worker):
    for _ in range(2):
        yield await call(worker, owner.get())
