"""Writes, searches, gets and deletes vectors of one Vectorize index."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any

import msgspec
from msgspec import UNSET

from embedder import vectorize
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.live import Tasks
from embedder.ports import Answer, Clock, Found, Index, Vectors
from embedder.settings import DIMENSIONS, MAX_CALLS_IN_FLIGHT, MAX_TEXTS_PER_CALL
from embedder.vectorize import Description, Matches, Mutation, Stored

_POLL_S = (0.25, 0.5, 1.0, 2.0)  # seconds between polls of the index; the last one repeats
_CLOCK_SKEW_S = 2.0
_DESCRIBE_GRACE_S = 5.0  # for the last poll, after the wait itself


class Row(msgspec.Struct, frozen=True):
    """A vector to write, without its values. `metadata` is JSON, or empty."""

    id: str
    metadata: bytes
    namespace: str | None = None


class Written(msgspec.Struct):
    """Accepted writes: the number of ids, and the mutation ids in order.

    `visible` says whether searches see them; null if the request did not wait, or if the index did not answer.
    """

    count: int
    mutation_ids: list[str]
    visible: bool | None = None


class Store:
    """The operations on one index."""

    def __init__(self, index: Index, *, clock: Clock, wait_s: float) -> None:
        self._index = index
        self._clock = clock
        self._wait_s = wait_s
        self._dimensions: int | None = None

    async def check_fit(self, context: RequestContext) -> None:
        """Raise `index_mismatch` unless the index has 768 dimensions. The answer is cached, because it can't change."""
        if self._dimensions is None:
            self._dimensions = (await self.describe(context)).dimensions
        if self._dimensions != DIMENSIONS:
            message = f"The index has {self._dimensions} dimensions, but the model has {DIMENSIONS}; "
            advice = f"create one with --dimensions={DIMENSIONS} --metric=cosine."
            raise EmbedderError("index_mismatch", message + advice)

    async def write(
        self,
        rows: Sequence[Row],
        answers: AsyncIterator[Answer],
        context: RequestContext,
        *,
        method: str,
        wait: bool,
    ) -> Written:
        """Write the vectors of `answers` in order, as soon as each arrives. An answer has the vectors of 100 rows.

        On failure, a prefix of the rows was written, and the error names the accepted ids and the others.
        """
        mutations: list[str] = []
        done = 0
        try:
            async for answer in answers:
                batch = rows[done : done + MAX_TEXTS_PER_CALL]
                mutations.append(await self.put(batch, answer, context, method=method))
                done += len(batch)
        except EmbedderError as error:
            raise _partial(error, [row.id for row in rows], done) from error
        return await self._written(len(rows), mutations, context, wait=wait)

    async def put(self, rows: Sequence[Row], vectors: Vectors, context: RequestContext, *, method: str) -> str:
        """Write `rows` with the values of `vectors` in one call. Return the mutation id."""
        found = await self._index.call(context.scope, method, _documents(rows), vectors)
        return vectorize.decode(found.text, Mutation).mutation_id

    async def search(
        self, context: RequestContext, options: dict[str, Any], *, vectors: Vectors | None = None, name: str = ""
    ) -> tuple[Matches, object]:
        """Search with the first of `vectors`, or with the stored vector `name`.

        Return the matches, and their values if `options` ask for them.
        """
        if vectors is None:
            answer = await self._index.call(context.scope, "queryById", _json([name, options]))
        else:
            answer = await self._index.call(context.scope, "query", _json([options]), vectors)
        found = vectorize.decode(answer.text, Matches)
        if options["returnValues"]:
            return found, answer.values
        for match in found.matches:
            match.values = UNSET  # Vectorize may send them anyway
        return found, None

    async def get(self, ids: Sequence[str], context: RequestContext) -> tuple[list[Stored], object]:
        """Return the stored vectors with these ids, and their values, in calls of 20. Missing ids are skipped."""
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

    async def delete(self, ids: Sequence[str], context: RequestContext, *, wait: bool) -> Written:
        """Delete these ids in order, in calls of 100. An error names the accepted ones."""
        mutations: list[str] = []
        try:
            for part in _split(ids, vectorize.DELETE_IDS):
                found = await self._index.call(context.scope, "deleteByIds", _json([part]))
                mutations.append(vectorize.decode(found.text, Mutation).mutation_id)
        except EmbedderError as error:
            raise _partial(error, ids, len(mutations) * vectorize.DELETE_IDS) from error
        return await self._written(len(ids), mutations, context, wait=wait)

    async def describe(self, context: RequestContext) -> Description:
        """Return Vectorize's description of the index."""
        return vectorize.decode((await self._index.call(context.scope, "describe", "[]")).text, Description)

    async def _written(self, count: int, mutations: list[str], context: RequestContext, *, wait: bool) -> Written:
        return Written(count, mutations, await self._is_visible(mutations[-1], context) if wait else None)

    async def _is_visible(self, mutation: str, context: RequestContext) -> bool | None:
        """Poll the index for at most `wait_s` seconds. None if it does not answer: the writes stay accepted."""
        context.extend((self._wait_s + _DESCRIBE_GRACE_S) * 1000, self._clock())
        accepted_s = self._clock() / 1000
        waited = 0.0
        steps = chain(_POLL_S, repeat(_POLL_S[-1]))
        while True:
            try:
                visible = _reached(await self.describe(context), mutation, accepted_s)
            except EmbedderError:
                return None
            step = next(steps)
            if visible or waited + step > self._wait_s:
                return visible
            await context.scope.sleep(step * 1000)
            waited += step


def _json(arguments: list[Any]) -> str:
    return msgspec.json.encode(arguments).decode()


def _documents(rows: Sequence[Row]) -> str:
    """Return the arguments of a write: a list of documents whose values are added later."""
    return _json([[_document(row) for row in rows]])


def _document(row: Row) -> dict[str, Any]:
    document: dict[str, Any] = {"id": row.id}
    if row.metadata:
        document["metadata"] = msgspec.Raw(row.metadata)
    if row.namespace is not None:
        document["namespace"] = row.namespace
    return document


def _split(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _reached(description: Description, mutation: str, accepted_s: float) -> bool:
    """Return whether the index has processed `mutation`. A later mutation may hide it; then compare the times."""
    if description.processed_up_to_mutation == mutation:
        return True
    when = description.processed_up_to_datetime
    if not isinstance(when, str):
        return False
    return datetime.fromisoformat(when).timestamp() > accepted_s + _CLOCK_SKEW_S


def _partial(error: EmbedderError, ids: Sequence[str], accepted: int) -> EmbedderError:
    """Add the accepted ids to `error`. It is safe to send the whole request again, because the caller chose the ids."""
    if accepted:
        error.message += f" {accepted} of {len(ids)} were accepted before that; sending all again is safe."
        error.details = {"accepted": list(ids[:accepted]), "not_accepted": list(ids[accepted:])}
    return error
