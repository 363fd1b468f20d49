"""The stand-ins as Workers: bound in place of the real bindings by the `local` environment."""

import asyncio

import js
import msgspec
from standin import lexical, workers_ai
from standin.workers_ai import Reply
from workers import Request, Response, WorkerEntrypoint


class WorkersAI(WorkerEntrypoint):
    """Stands in for the binding `AI`: `run` by RPC, or `fetch` under the real binding class."""

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
    texts, refusal = workers_ai.check(model, inputs)
    if refusal:
        return refusal
    fault = workers_ai.fault_of(texts)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.number / 1000)
    url = getattr(env, "LOCAL_EMBEDDINGS_URL", "")
    reply = await _ask(url, env, texts) if url else workers_ai.answer([lexical.embed(text) for text in texts])
    return workers_ai.broken(reply, fault) if fault else reply


class _Item(msgspec.Struct):
    embedding: msgspec.Raw


class _List(msgspec.Struct):
    data: list[_Item]


async def _ask(url: str, env: object, texts: list[str]) -> Reply:
    """Ask an OpenAI-compatible server on this machine: the real model, if it serves it."""
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
