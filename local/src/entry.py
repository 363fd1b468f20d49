"""The Workers of the local emulator. The `local` environment binds them instead of the real services."""

import asyncio
from urllib.parse import urlsplit

import js
import msgspec
from pyodide.ffi import JsProxy
from workers import DurableObject, Response, WorkerEntrypoint, import_from_javascript, python_from_rpc

from emulator import lexical, workers_ai
from emulator.vectorize import settings, wire
from emulator.vectorize.index import Index
from emulator.workers_ai import Reply
from runtime import rpc
from runtime.store import Store

rpc.leave_unconverted()


class WorkersAI(WorkerEntrypoint):
    """Emulates the binding `AI`: callers use `run` by RPC, and the real binding class uses `fetch`."""

    async def run(self, model: str, inputs: object, options: dict[str, object] | None = None) -> object:
        tags = python_from_rpc(getattr(options, "tags", None))
        reply = await _reply(self.env, model, python_from_rpc(inputs), tags)
        if getattr(options, "returnRawResponse", False):
            return _response(reply)
        if reply.status != 200:
            message = workers_ai.thrown(reply)
            raise RuntimeError(message)
        return js.JSON.parse(reply.body.decode())

    async def fetch(self, request: JsProxy) -> object:
        call = msgspec.json.decode((await request.arrayBuffer()).to_bytes())
        tags = (call.get("options") or {}).get("tags")
        return _response(await _reply(self.env, request.headers.get("cf-consn-model-id"), call["inputs"], tags))


def _response(reply: Reply | wire.Reply) -> object:
    return Response(reply.body, status=reply.status, headers={"content-type": reply.content_type}).js_object


async def _reply(env: object, model: str, inputs: object, tags: object) -> Reply:
    texts, rejection = workers_ai.check(model, inputs, tags)
    if rejection:
        return rejection
    fault = workers_ai.fault_of(texts)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.number / 1000)
    url = getattr(env, "LOCAL_EMBEDDINGS_URL", "")
    reply = await _embed_with(url, env, texts) if url else workers_ai.answer([lexical.embed(text) for text in texts])
    return workers_ai.broken(reply, fault) if fault else reply


class _Item(msgspec.Struct):
    embedding: msgspec.Raw


class _List(msgspec.Struct):
    data: list[_Item]


async def _embed_with(url: str, env: object, texts: list[str]) -> Reply:
    """Embed with an OpenAI-compatible server on this machine, which can serve the real model."""
    body = {"model": getattr(env, "LOCAL_EMBEDDINGS_MODEL", "embeddinggemma"), "input": texts}
    options = {
        "method": "POST",
        "body": msgspec.json.encode(body).decode(),
        "headers": {"content-type": "application/json"},
    }
    response = await js.fetch(f"{url.rstrip('/')}/embeddings", js.JSON.parse(msgspec.json.encode(options).decode()))
    content = (await response.arrayBuffer()).to_bytes()
    if response.status != 200:
        return Reply(response.status, content, response.headers.get("content-type") or "text/plain")
    return workers_ai.answer([item.embedding for item in msgspec.json.decode(content, type=_List).data])


class Vectorize(WorkerEntrypoint):
    """Emulates the binding `VECTORIZE`: callers use its methods by RPC, and the real binding class uses `fetch`."""

    async def describe(self) -> object:
        return await rpc.call(_index(), "describe")

    async def query(self, vector: object, options: object = None) -> object:
        return await rpc.call(_index(), "query", vector, options)

    async def queryById(self, vector_id: object, options: object = None) -> object:  # noqa: N802
        return await rpc.call(_index(), "queryById", vector_id, options)

    async def insert(self, vectors: object) -> object:
        return await rpc.call(_index(), "insert", vectors)

    async def upsert(self, vectors: object) -> object:
        return await rpc.call(_index(), "upsert", vectors)

    async def getByIds(self, ids: object) -> object:  # noqa: N802
        return await rpc.call(_index(), "getByIds", ids)

    async def deleteByIds(self, ids: object) -> object:  # noqa: N802
        return await rpc.call(_index(), "deleteByIds", ids)

    async def fetch(self, request: JsProxy) -> object:
        return await _index().fetch(request)


class VectorizeIndex(DurableObject):
    """The index. It speaks the protocol of the real service."""

    def __init__(self, ctx: object, env: object) -> None:
        super().__init__(ctx, env)
        self.index: Index | None = None

    async def fetch(self, request: JsProxy) -> object:
        path, form = urlsplit(request.url).path.strip("/"), request.headers.get("content-type") or ""
        body = await request.arrayBuffer()
        reply = wire.answer(self._open(), wire.Request(path, body, form), js.Date.now())
        await asyncio.sleep(reply.delay_ms / 1000)
        return _response(reply)

    def _open(self) -> Index:
        if not self.index:
            variables = {name: getattr(self.env, name, "") for name in settings.VARIABLES}
            chosen = settings.from_variables(variables)
            store = Store(self.ctx, chosen.dimensions)
            self.index = Index(store, chosen, js.Date.now(), js.crypto.randomUUID)
        return self.index


def _index() -> JsProxy:
    return import_from_javascript("cloudflare:workers").env.INDEX.getByName("local")
