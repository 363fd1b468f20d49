"""The Workers of the local emulator. The `local` environment binds them instead of the real services."""

import asyncio
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import js
import msgspec
from pyodide.ffi import JsProxy, to_js
from workers import DurableObject, Request, Response, WorkerEntrypoint, import_from_javascript

from emulator import lexical, workers_ai
from emulator.vectorize import binding, settings, wire
from emulator.vectorize.index import Index
from emulator.vectorize.storage import Sql
from emulator.workers_ai import Reply


class WorkersAI(WorkerEntrypoint):
    """Emulates the binding `AI`: callers use `run` by RPC, and the real binding class uses `fetch`."""

    async def run(self, model: str, inputs: object, options: dict[str, object] | None = None) -> object:
        reply = await _reply(self.env, model, inputs)
        if options and options.get("returnRawResponse"):
            return Response(reply.body, status=reply.status, headers={"content-type": reply.content_type})
        if reply.status != 200:
            raise RuntimeError(reply.body.decode())
        return msgspec.json.decode(reply.body)

    async def fetch(self, request: Request) -> Response:
        call = msgspec.json.decode(await request.bytes())
        reply = await _reply(self.env, request.headers["cf-consn-model-id"], call["inputs"])
        return Response(reply.body, status=reply.status, headers={"content-type": reply.content_type})


async def _reply(env: object, model: str, inputs: object) -> Reply:
    texts, rejection = workers_ai.check(model, inputs)
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
    """Emulates the binding `VECTORIZE`: callers use its methods by RPC, and the real binding class uses `fetch`.

    Results are JavaScript objects from `JSON.parse`, so that floats need no conversion.
    """

    async def describe(self) -> object:
        return await _call("describe")

    async def query(self, vector: object, options: object = None) -> object:
        return await _call("query", vector, options)

    async def queryById(self, vector_id: object, options: object = None) -> object:  # noqa: N802
        return await _call("queryById", vector_id, options)

    async def insert(self, vectors: object) -> object:
        return await _call("insert", vectors)

    async def upsert(self, vectors: object) -> object:
        return await _call("upsert", vectors)

    async def getByIds(self, ids: object) -> object:  # noqa: N802
        return await _call("getByIds", ids)

    async def deleteByIds(self, ids: object) -> object:  # noqa: N802
        return await _call("deleteByIds", ids)

    async def fetch(self, request: Request) -> object:
        return Response(await _index().fetch(request.js_object))


class VectorizeIndex(DurableObject):
    """The index. It speaks the protocol of the real service."""

    def __init__(self, ctx: object, env: object) -> None:
        super().__init__(ctx, env)
        self.index: Index | None = None

    async def fetch(self, request: Request) -> Response:
        path, form = urlsplit(request.url).path.strip("/"), request.headers.get("content-type", "")
        reply = wire.answer(self._open(), wire.Request(path, await request.bytes(), form), js.Date.now())
        await asyncio.sleep(reply.delay_ms / 1000)
        return Response(reply.body, status=reply.status, headers={"content-type": "application/json"})

    def _open(self) -> Index:
        if not self.index:
            variables = {name: getattr(self.env, name, "") for name in settings.VARIABLES}
            chosen = settings.from_variables(variables)
            self.index = Index(_sql(self.ctx), chosen, js.Date.now(), js.crypto.randomUUID)
        return self.index


async def _call(method: str, *arguments: object) -> JsProxy:
    request = binding.request(method, *arguments)
    options = {"method": "POST", "body": request.body, "headers": {"content-type": request.content_type}}
    response = await _index().fetch(f"http://vector-search/{request.path}", _js(options))
    reply = wire.Reply(response.status, (await response.arrayBuffer()).to_bytes())
    return js.JSON.parse(binding.result(method, reply))


def _index() -> JsProxy:
    return import_from_javascript("cloudflare:workers").env.INDEX.getByName("local")


def _js(value: object) -> JsProxy:
    return to_js(value, dict_converter=js.Object.fromEntries)


def _sql(ctx: object) -> Sql:
    """Return a function that runs statements in the SQLite database of a Durable Object."""
    sql = ctx.storage.sql

    def execute(statement: str, *bindings: str | float | bytes | None) -> Iterable[Sequence[object]]:
        return sql.exec(statement, *bindings).raw().toArray()

    return execute
