"""The calls of one Vectorize index: arguments become JSON, and answers become Structs."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.live import Tasks
from embedder.ports import Found, Index, Vectors
from embedder.settings import MAX_CALLS_IN_FLIGHT
from embedder.vectorize.answers import Accepted, Description, Matches, Owner, Stored, decode
from embedder.vectorize.limits import GET_IDS

T = TypeVar("T", Owner, Stored)
R = TypeVar("R")


class Row(msgspec.Struct, frozen=True):
    """A vector to write, without its values. `metadata` is JSON, or empty."""

    id: str
    metadata: bytes
    namespace: str | None = None


class Calls:
    """The calls of an index. Every method may raise an EmbedderError. None checks who is calling; `Store` does."""

    def __init__(self, index: Index) -> None:
        self._index = index

    async def write(self, context: RequestContext, rows: Sequence[Row], vectors: Vectors, *, method: str) -> str:
        """Write `rows` with the values of `vectors`. Return the mutation id."""
        answer = await self._index.call(context.lifetime, method, _json([[_document(row) for row in rows]]), vectors)
        return decode(answer.text, Accepted).mutation_id

    async def query(
        self, context: RequestContext, options: dict[str, Any], *, vectors: Vectors | None, name: str = ""
    ) -> tuple[Matches, object]:
        """Search with the first of `vectors`, or with the stored vector `name`. Return the matches and their values."""
        if options["returnValues"] or options["returnMetadata"] == "all":
            await self._index.reserve(context.lifetime, options["topK"])
        if vectors is None:
            answer = await self._index.call(context.lifetime, "queryById", _json([name, options]))
        else:
            answer = await self._index.call(context.lifetime, "query", _json([options]), vectors)
        found = decode(answer.text, Matches)
        found.check()
        return found, answer.values

    async def query_any(self, context: RequestContext, options: dict[str, Any], number: int) -> Matches:
        """Search with a vector that has no meaning, another one for each `number`."""
        results, _ = await self.query(context, options, vectors=self._index.axis(number))
        return results

    async def get(
        self, context: RequestContext, ids: Sequence[str], kind: type[T], keep: Callable[[list[T], Found], R]
    ) -> list[R]:
        """Read the vectors with these ids as `kind`, in calls of 20. `keep` says what is kept of each answer."""
        await self._index.reserve(context.lifetime, min(len(ids), GET_IDS * MAX_CALLS_IN_FLIGHT))
        limit = asyncio.Semaphore(MAX_CALLS_IN_FLIGHT)

        async def one(part: Sequence[str]) -> R:
            async with limit:
                answer = await self._index.call(context.lifetime, "getByIds", _json([part]))
            return keep(_asked(decode(answer.text, list[kind]), part), answer)  # type: ignore[valid-type]

        async with Tasks(map(one, split(ids, GET_IDS))) as tasks:
            return await asyncio.gather(*tasks)

    async def delete(self, context: RequestContext, ids: Sequence[str]) -> str:
        """Delete at most 100 ids. Return the mutation id."""
        answer = await self._index.call(context.lifetime, "deleteByIds", _json([ids]))
        return decode(answer.text, Accepted).mutation_id

    async def describe(self, context: RequestContext) -> Description:
        """Return Vectorize's description of the index."""
        return decode((await self._index.call(context.lifetime, "describe", "[]")).text, Description)


def split(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    """Return the ids in parts of `size`."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _asked(found: list[T], ids: Sequence[str]) -> list[T]:
    """Return vectors if each has another one of `ids`. Raises `upstream_invalid`."""
    names = [item.id for item in found]
    if len(set(names)) < len(names) or not set(names).issubset(ids):
        raise EmbedderError("upstream_invalid", "Vectorize returned vectors that were not asked for.")
    return found


def _json(arguments: list[Any]) -> str:
    return msgspec.json.encode(arguments).decode()


def _document(row: Row) -> dict[str, Any]:
    document: dict[str, Any] = {"id": row.id}
    if row.metadata:
        document["metadata"] = msgspec.Raw(row.metadata)
    if row.namespace is not None:
        document["namespace"] = row.namespace
    return document
