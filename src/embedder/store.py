"""Writes, searches, gets and deletes vectors of one Vectorize index."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from embedder import deletion, vectorize, visibility
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.live import Tasks
from embedder.ports import Answer, Clock, Found, Index, Vectors
from embedder.settings import DIMENSIONS, MAX_CALLS_IN_FLIGHT, MAX_TEXTS_PER_CALL
from embedder.vectorize import Description, Matches, Mutation, Owner, Stored

T = TypeVar("T")
_MAX_NAMED = 20  # ids named in an error


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


class Deleted(Written, kw_only=True):
    """Accepted deletions. By namespace or filter, also their number, and whether more vectors may match."""

    deleted: int | msgspec.UnsetType = msgspec.UNSET
    more: bool | msgspec.UnsetType = msgspec.UNSET


class Area(msgspec.Struct, frozen=True):
    """The namespace that a request may search; None: the whole index. Only `Store` makes one."""

    namespace: str | None


class Writable(msgspec.Struct, frozen=True):
    """The rows that a request may write. Only `Store` makes one."""

    rows: Sequence[Row]


class Store:
    """The operations on one index. Every request reaches the index through here, and gets only what its key allows."""

    def __init__(self, index: Index, *, clock: Clock, wait_s: float) -> None:
        self._index = index
        self._clock = clock
        self._wait_s = wait_s
        self._dimensions: int | None = None

    async def check_fit(self, context: RequestContext) -> None:
        """Raise `index_mismatch` unless the index has 768 dimensions. The answer is cached, because it can't change."""
        if self._dimensions is None:
            self._dimensions = (await self._describe(context)).dimensions
        if self._dimensions != DIMENSIONS:
            message = f"The index has {self._dimensions} dimensions, but the model has {DIMENSIONS}; "
            advice = f"create one with --dimensions={DIMENSIONS} --metric=cosine."
            raise EmbedderError("index_mismatch", message + advice)

    def to_search(self, context: RequestContext, namespace: str | None) -> Area:
        """Return where a request that names `namespace` searches. Raises `forbidden`."""
        vectorize.check_namespace(namespace)
        context.access.require("search")
        return Area(context.access.namespace(namespace))

    async def to_write(self, context: RequestContext, rows: Sequence[Row], path: str) -> Writable:
        """Return the rows in the namespaces that they go to. Raises `forbidden`. In `path`, `#` is the index of an id.

        Ids are unique in the whole index. A key that is bound to namespaces must not overwrite a vector of another one.
        """
        access = context.access
        access.require("write")
        if access.namespaces is not None:
            rows = [replace(row, namespace=access.namespace(row.namespace)) for row in rows]
        await self.check_fit(context)
        if access.namespaces is not None:
            owners = await self._owners([row.id for row in rows], context)
            taken = [i for i, row in enumerate(rows) if row.id in owners and not access.reaches(owners[row.id])]
            if taken:
                raise _taken([path.replace("#", str(index)) for index in taken])
        return Writable(rows)

    async def write(
        self,
        writable: Writable,
        answers: AsyncIterator[Answer],
        context: RequestContext,
        *,
        method: str,
        wait: bool,
    ) -> Written:
        """Write the vectors of `answers` in order, as soon as each arrives. An answer has the vectors of 100 rows.

        On failure, a prefix of the rows was written, and the error names the accepted ids and the others.
        """
        rows = writable.rows
        mutations: list[str] = []
        done = 0
        try:
            async for answer in answers:
                batch = rows[done : done + MAX_TEXTS_PER_CALL]
                mutations.append(await self.put(Writable(batch), answer, context, method=method))
                done += len(batch)
        except EmbedderError as error:
            raise partial(error, [row.id for row in rows], done) from error
        return await self._written(len(rows), mutations, context, wait=wait)

    async def put(self, writable: Writable, vectors: Vectors, context: RequestContext, *, method: str) -> str:
        """Write rows with the values of `vectors` in one call. Return the mutation id."""
        found = await self._index.call(context.scope, method, _documents(writable.rows), vectors)
        return vectorize.decode(found.text, Mutation).mutation_id

    async def search(
        self,
        area: Area,
        context: RequestContext,
        options: dict[str, Any],
        *,
        vectors: Vectors | None = None,
        name: str = "",
    ) -> tuple[Matches, object]:
        """Search with the first of `vectors`, or with the stored vector `name`.

        Return the matches, and their values if `options` ask for them.
        """
        if area.namespace is not None:
            options = {**options, "namespace": area.namespace}
        if vectors is None:
            if not await self._own([name], context):
                raise EmbedderError("not_found", f"No vector with the id {name!r} is stored.", param="id")
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
        """Return the stored vectors with these ids, and their values. Missing ids are skipped."""
        context.access.require("search")
        answers = await self._read(ids, context, lambda found: found)
        vectors: list[Stored] = []
        for answer in answers:
            start = len(vectors)
            for vector in vectorize.decode(answer.text, list[Stored]):
                vector.values += start
                vectors.append(vector)
        own = [vector for vector in vectors if context.access.reaches(vector.namespace or None)]
        return own, self._index.merge([answer.values for answer in answers])

    async def delete(self, ids: Sequence[str], context: RequestContext, *, wait: bool) -> Written:
        """Delete these ids in order, in calls of 100. An error names the accepted ones.

        For a key that is bound to namespaces, only ids that are stored there are deleted and counted.
        """
        context.access.require("write")
        ids = await self._own(ids, context)
        mutations: list[str] = []
        try:
            for part in _split(ids, vectorize.DELETE_IDS):
                mutations.append(await self._delete(part, context))
        except EmbedderError as error:
            raise partial(error, ids, len(mutations) * vectorize.DELETE_IDS) from error
        return await self._written(len(ids), mutations, context, wait=wait)

    async def delete_matching(
        self, context: RequestContext, namespace: str | None, filters: dict[str, Any] | None, *, wait: bool
    ) -> Deleted:
        """Delete the vectors of a namespace, those that a filter finds, or both: at most 1,000, see `deletion`.

        No round begins in the second half of the time until the deadline.
        """
        context.access.require("write")
        namespace = context.access.namespace(namespace)
        await self.check_fit(context)
        given = {"namespace": namespace, "filter": filters}
        options = {
            "topK": deletion.BATCH,
            "returnValues": False,
            "returnMetadata": "none",
            **{name: value for name, value in given.items() if value is not None},
        }
        last_ms = (context.began_ms + context.ends_ms) / 2

        async def find(number: int) -> list[str]:
            axis = self._index.axis(int(context.began_ms) + number)
            found = await self._index.call(context.scope, "query", _json([options]), axis)
            return [match.id for match in vectorize.decode(found.text, Matches).matches]

        removed = await deletion.run(find, lambda ids: self._delete(ids, context), lambda: self._clock() <= last_ms)
        written = await self._written(len(removed.ids), removed.mutation_ids, context, wait=wait)
        return Deleted(
            written.count, written.mutation_ids, written.visible, deleted=len(removed.ids), more=removed.more
        )

    async def describe(self, context: RequestContext) -> Description:
        """Return Vectorize's description of the index, to a key that is bound to namespaces without the count."""
        context.access.require("search")
        found = await self._describe(context)
        if context.access.namespaces is not None:
            found.vector_count = None
        return found

    async def _written(self, count: int, mutations: list[str], context: RequestContext, *, wait: bool) -> Written:
        visible = None
        if wait and mutations:
            visible = await visibility.wait(
                mutations[-1], context, self._describe, clock=self._clock, wait_s=self._wait_s
            )
        return Written(count, mutations, visible)

    async def _delete(self, ids: Sequence[str], context: RequestContext) -> str:
        found = await self._index.call(context.scope, "deleteByIds", _json([ids]))
        return vectorize.decode(found.text, Mutation).mutation_id

    async def _describe(self, context: RequestContext) -> Description:
        return vectorize.decode((await self._index.call(context.scope, "describe", "[]")).text, Description)

    async def _read(self, ids: Sequence[str], context: RequestContext, take: Callable[[Found], T]) -> list[T]:
        """Read the vectors with these ids, in calls of 20. `take` says what is kept of each answer."""
        limit = asyncio.Semaphore(MAX_CALLS_IN_FLIGHT)

        async def one(part: Sequence[str]) -> T:
            async with limit:
                return take(await self._index.call(context.scope, "getByIds", _json([part])))

        async with Tasks(map(one, _split(ids, vectorize.GET_IDS))) as tasks:
            return await asyncio.gather(*tasks)

    async def _owners(self, ids: Sequence[str], context: RequestContext) -> dict[str, str | None]:
        """Return the namespaces of the stored vectors with these ids. A vector that was just written is missing."""
        answers = await self._read(ids, context, lambda found: vectorize.decode(found.text, list[Owner]))
        return {owner.id: owner.namespace for answer in answers for owner in answer}

    async def _own(self, ids: Sequence[str], context: RequestContext) -> Sequence[str]:
        """Return the ids without those that are stored in a namespace that the caller does not reach, or not at all.

        A caller that reaches every namespace gets all ids back, and nothing is read.
        """
        if context.access.namespaces is None:
            return ids
        owners = await self._owners(ids, context)
        return [name for name in ids if name in owners and context.access.reaches(owners[name])]


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


def _taken(paths: list[str]) -> EmbedderError:
    named = ", ".join(paths[:_MAX_NAMED])
    return EmbedderError("forbidden", f"{named}: this id is taken; choose another one.", param=paths[0])


def partial(error: EmbedderError, ids: Sequence[str], accepted: int) -> EmbedderError:
    """Add the accepted ids to `error`. It is safe to send the whole request again, because the caller chose the ids."""
    if accepted:
        error.message += f" {accepted} of {len(ids)} were accepted before that; sending all again is safe."
        error.details = {"accepted": list(ids[:accepted]), "not_accepted": list(ids[accepted:])}
    return error
