"""The operations on a Vectorize index: write, search, read, delete, describe. No I/O of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from embedder import vectorize
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.live import Tasks
from embedder.ports import Answer, Clock, Found, Index
from embedder.settings import DIMENSIONS, MAX_CALLS_IN_FLIGHT, MAX_TEXTS_PER_CALL
from embedder.vectorize import Description, Matches, Mutation, Stored

_POLL_S = (0.25, 0.5, 1.0, 2.0)  # seconds between looks at the index; the last one repeats
_CLOCK_SKEW_S = 2.0
_DESCRIBE_GRACE_S = 5.0  # for the last look, past the wait itself


class Row(msgspec.Struct, frozen=True):
    """What is stored beside a vector. `metadata` is JSON, or empty."""

    id: str
    metadata: bytes


class Written(msgspec.Struct):
    """Accepted writes: how many ids, and the mutations in the order in which they will be applied.

    `visible` says whether they can be read; null if nobody waited, or if the index did not say.
    """

    count: int
    mutation_ids: list[str]
    visible: bool | None = None


class Store:
    """The operations over one index."""

    def __init__(
        self,
        index: Index,
        *,
        clock: Clock,
        wait_s: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._index = index
        self._clock = clock
        self._wait_s = wait_s
        self._sleep = sleep
        self._dimensions: int | None = None

    async def check_fit(self, context: RequestContext) -> None:
        """Raise `index_mismatch` unless the index holds vectors of 768 numbers. Asked once: it can't change."""
        if self._dimensions is None:
            self._dimensions = (await self.describe(context)).dimensions
        if self._dimensions != DIMENSIONS:
            message = f"The index holds vectors of {self._dimensions} numbers, the model gives {DIMENSIONS}; "
            advice = f"create one with --dimensions={DIMENSIONS} --metric=cosine."
            raise EmbedderError("index_mismatch", message + advice)

    async def write(
        self,
        rows: Sequence[Row],
        answers: AsyncIterator[Answer],
        context: RequestContext,
        *,
        method: str,
        namespace: str | None,
    ) -> Written:
        """Write the vectors of `answers`, each of at most 100 rows, in order and as soon as they are there.

        On failure a prefix of the rows was written, and the error names both parts.
        """
        mutations: list[str] = []
        done = 0
        try:
            async for answer in answers:
                batch = rows[done : done + MAX_TEXTS_PER_CALL]
                found = await self._index.call(context.scope, method, _documents(batch, namespace), answer)
                mutations.append(vectorize.decode(found.text, Mutation).mutation_id)
                done += len(batch)
        except EmbedderError as error:
            raise _partial(error, [row.id for row in rows], done) from error
        return Written(len(rows), mutations)

    async def search(
        self, context: RequestContext, options: dict[str, Any], *, answer: Answer | None = None, name: str = ""
    ) -> tuple[Matches, object]:
        """Return the matches, and their values, of an answer's one vector, or of the stored vector `name`."""
        if answer is None:
            found = await self._index.call(context.scope, "queryById", _json([name, options]))
        else:
            found = await self._index.call(context.scope, "query", _json([options]), answer)
        return vectorize.decode(found.text, Matches), found.values

    async def get(self, ids: Sequence[str], context: RequestContext) -> tuple[list[Stored], object]:
        """Return the stored vectors with these ids and their values, in calls of 20; missing ids are left out."""
        limit = asyncio.Semaphore(MAX_CALLS_IN_FLIGHT)

        async def one(part: Sequence[str]) -> Found:
            async with limit:
                return await self._index.call(context.scope, "getByIds", _json([part]))

        async with Tasks(map(one, _split(ids, vectorize.GET_IDS))) as tasks:
            answers = await asyncio.gather(*tasks)
        vectors: list[Stored] = []
        for answer in answers:
            start = len(vectors)
            for vector in vectorize.decode(answer.text, list[Stored]):
                vector.values += start
                vectors.append(vector)
        return vectors, self._index.merge([answer.values for answer in answers])

    async def delete(self, ids: Sequence[str], context: RequestContext) -> Written:
        """Delete these ids in calls of 100, in order; an error names the ones that were accepted."""
        mutations: list[str] = []
        try:
            for part in _split(ids, vectorize.DELETE_IDS):
                found = await self._index.call(context.scope, "deleteByIds", _json([part]))
                mutations.append(vectorize.decode(found.text, Mutation).mutation_id)
        except EmbedderError as error:
            raise _partial(error, ids, len(mutations) * vectorize.DELETE_IDS) from error
        return Written(len(ids), mutations)

    async def describe(self, context: RequestContext) -> Description:
        """Return what Vectorize says of the index."""
        return vectorize.decode((await self._index.call(context.scope, "describe", "[]")).text, Description)

    async def wait(self, written: Written, context: RequestContext) -> None:
        """Set `visible` after waiting for the writes at most `wait_s` seconds. What was accepted stays accepted."""
        context.extend((self._wait_s + _DESCRIBE_GRACE_S) * 1000, self._clock())
        accepted_s = self._clock() / 1000
        waited = 0.0
        for step in (*_POLL_S, *[_POLL_S[-1]] * 100):
            try:
                written.visible = _reached(await self.describe(context), written.mutation_ids[-1], accepted_s)
            except EmbedderError:
                written.visible = None
                return
            if written.visible or waited + step > self._wait_s:
                return
            await self._sleep(step)
            waited += step


def _json(arguments: list[Any]) -> str:
    return msgspec.json.encode(arguments).decode()


def _documents(rows: Sequence[Row], namespace: str | None) -> str:
    """Return the arguments of a write: a list of documents whose values are added later."""
    tail = {} if namespace is None else {"namespace": namespace}
    return _json(
        [[{"id": row.id, **({"metadata": msgspec.Raw(row.metadata)} if row.metadata else {}), **tail} for row in rows]]
    )


def _split(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _reached(description: Description, mutation: str, accepted_s: float) -> bool:
    """Another writer's later mutation may be the newest one: then the time of the newest tells."""
    if description.processed_up_to_mutation == mutation:
        return True
    when = description.processed_up_to_datetime
    if not isinstance(when, str):
        return False
    return datetime.fromisoformat(when).timestamp() > accepted_s + _CLOCK_SKEW_S


def _partial(error: EmbedderError, ids: Sequence[str], accepted: int) -> EmbedderError:
    """Name what was written before `error`. A repeat of the whole request is safe, since ids are the caller's."""
    if accepted:
        error.message += f" {accepted} of {len(ids)} were accepted before that; sending all again is safe."
        error.details = {"accepted": list(ids[:accepted]), "not_accepted": list(ids[accepted:])}
    return error
