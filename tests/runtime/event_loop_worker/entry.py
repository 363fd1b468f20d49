"""Scenarios for the event loop of src/: each answers with what it saw, as JSON.

The path is the scenario, then the marker of the request. `install` is a scenario too, so that a Worker can do without.
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

SHORT_S = 0.001  # Pyodide handles the shortest timers in a way of their own
owner = ContextVar("owner", default="nobody")
served = 0
strays = []
SCENARIOS = {}


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
    """Return a promise of JavaScript that stays pending."""
    return js.Promise.new(create_once_callable(lambda *_: None))


async def call(worker, path):
    answer = await worker.env.UPSTREAM.fetch(f"http://upstream/{path}")
    return await answer.text()


# The loop is put in place.


@scenario
async def install(*_):
    return event_loop.install()


@scenario
async def missing(_, what):
    """Take an attribute away for the length of install()."""
    loop, api = asyncio.get_running_loop(), pyodide_js._api
    place, name = what.split(".")
    place = {"api": api, "loop": type(loop), "webloop": webloop}[place]
    taken, before = getattr(place, name), replaced(loop, api)
    delattr(place, name)
    try:
        installed = event_loop.install()
    finally:
        setattr(place, name, taken)
    return {"installed": installed, "unchanged": replaced(loop, api) == before}


def replaced(loop, api):
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


# What runs, and when.


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
    """Count the messages that Pyodide's channel carries while a little of everything is awaited."""
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
    """Schedule handles, one of which is cancelled, and one that takes the running loop away."""
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
    """Let one timeout expire, one expire at once and one not."""
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
async def sleepers(*_):
    async def note(delay):
        await asyncio.sleep(delay)
        seen.append(delay)

    seen = []
    await asyncio.gather(*map(note, (0.05, 0.03, SHORT_S, 0)))
    return seen


@scenario
async def cancelled(*_):
    task = asyncio.create_task(wait_for_ever(seen := []))
    await asyncio.sleep(0)
    asked = task.cancel("enough")
    await asyncio.wait([task])
    return [asked, task.cancelled(), *seen]


async def wait_for_ever(seen):
    try:
        await never()
    except asyncio.CancelledError as error:
        seen += error.args
        raise


@scenario
async def exceptions(*_):
    """Fail in a task that nobody awaits and in a callback."""
    loop, told = asyncio.get_running_loop(), asyncio.Queue()
    loop.set_exception_handler(lambda _, context: told.put_nowait(type(context["exception"]).__name__))
    task = asyncio.create_task(fail(LookupError()))
    loop.call_soon(int, "no number")
    seen = [await told.get(), await told.get()]
    loop.set_exception_handler(None)
    return [task.done(), *sorted(seen)]


async def fail(error):
    raise error


@scenario
async def generators(*_):
    """Close one async generator, and lose another."""
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


# One request beside others.


@scenario
async def isolate(*_):
    """Return what this isolate has seen: requests, and handles that outlived theirs."""
    return {"served": served, "strays": strays}


@scenario
async def abort(worker, _):
    """End this request by force, between two microtasks, when a handle and the shortest timer of it are due."""
    answer = await worker.env.UPSTREAM.fetch("http://upstream/unread")

    def stray():
        strays.append("timer")
        asyncio.ensure_future(answer.text())  # noqa: RUF006 must never run

    async def soon():
        js.queueMicrotask(worker.ctx.abort.bind(worker.ctx))
        asyncio.get_running_loop().call_later(SHORT_S, stray)

    task = asyncio.create_task(soon())
    await js.Promise.resolve(1)
    strays.append(str(task))


@scenario
async def hold(worker, marker):
    """Wait for an answer that does not come, while a task runs from timer to timer."""

    async def tick(mine):
        while True:
            await asyncio.sleep(SHORT_S)
            if served != mine:
                strays.append("tick")

    task = asyncio.create_task(tick(served))
    return await call(worker, f"hold-{marker}"), str(task)


@scenario
async def mixed(worker, marker):
    """Return the marker as every way of waiting gives it back."""
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
    task = asyncio.create_task(wait_for_ever(seen := []))
    await asyncio.sleep(0)
    task.cancel(marker)
    await asyncio.wait([task])
    return seen[0]


async def parts(worker):
    for _ in range(2):
        yield await call(worker, owner.get())
