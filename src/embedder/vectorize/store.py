"""Writes, searches, gets and deletes vectors of one Vectorize index, as far as the key of the caller allows it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.ports import Answer, Clock, Index, Vectors
from embedder.settings import DIMENSIONS, LARGE_BYTES, MAX_TEXTS_PER_CALL
from embedder.stored import Deleted, Metadata, Written, partly_accepted
from embedder.vectorize import deletion, limits, owned, visibility
from embedder.vectorize.answers import Description, Matches, Stored
from embedder.vectorize.calls import Calls, Row, split
from embedder.vectorize.owned import Owned
from embedder.vectorize.rows import repeated_bytes, rows_of_texts

_COPIES_OF_REPEATED = 4  # of metadata that every row gets: as JSON, in the call of the index, and in JavaScript twice


class Area(msgspec.Struct, frozen=True):
    """Proof that the caller may search `namespace` (None: the whole index). Only `Store` makes one."""

    namespace: str | None


class Writable(msgspec.Struct, frozen=True):
    """Proof that the caller may write `rows`. Only `Store` makes one."""

    rows: Sequence[Row]


class Store:
    """The operations on one index. Every request reaches the index through here, and gets only what its key allows."""

    def __init__(self, index: Index, *, clock: Clock, wait_s: float) -> None:
        self._index = index
        self._calls = Calls(index)
        self._owned = Owned(self._calls)
        self._clock = clock
        self._wait_s = wait_s
        self._fits = False

    async def check_fit(self, context: RequestContext) -> None:
        """Raise `index_mismatch` unless the index has 768 dimensions. If it has, it is not asked again."""
        if self._fits:
            return
        dimensions = (await self._calls.describe(context)).dimensions
        if dimensions != DIMENSIONS:
            message = f"The index has {dimensions} dimensions, but the model has {DIMENSIONS}; "
            advice = f"create one with --dimensions={DIMENSIONS} --metric=cosine."
            raise EmbedderError("index_mismatch", message + advice)
        self._fits = True

    def to_search(self, context: RequestContext, namespace: str | None) -> Area:
        """Return where a request that names `namespace` searches. Raises `forbidden`."""
        limits.check_namespace(namespace)
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
            await self._owned.check_free([row.id for row in rows], context, path)
        return Writable(rows)

    async def texts_to_write(
        self,
        context: RequestContext,
        texts: Sequence[str],
        ids: Sequence[str],
        namespace: str | None,
        metadata: Metadata | Sequence[Metadata] | None,
        *,
        keep_text: bool,
        param: str,
    ) -> Writable:
        """Like `to_write`, for texts that are also embedded for the caller. `param` is the path of the ids."""
        if (more := _COPIES_OF_REPEATED * repeated_bytes(texts, metadata)) > LARGE_BYTES:
            await context.lifetime.hold(more)
        rows = rows_of_texts(texts, ids, namespace, metadata, keep_text=keep_text, param=param)
        return await self.to_write(context, rows, f"{param}.ids[#]")

    async def write(
        self,
        writable: Writable,
        answers: AsyncIterator[Answer],
        context: RequestContext,
        *,
        method: str,
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
                mutations.append(await self._calls.write(context, batch, answer, method=method))
                done += len(batch)
        except EmbedderError as error:
            raise partly_accepted(error, [row.id for row in rows], done) from error
        return Written(len(rows), mutations)

    async def write_one(self, writable: Writable, vectors: Vectors, context: RequestContext, *, method: str) -> Written:
        """Write rows with the values of `vectors` in one call."""
        mutation = await self._calls.write(context, writable.rows, vectors, method=method)
        return Written(len(writable.rows), [mutation])

    async def wait_for(self, written: Written, context: RequestContext, *, keep_answers: bool = False) -> None:
        """Wait until writes are visible, and note whether they are.

        The request must hold none of its texts any more, and of its vectors only with `keep_answers`.
        """
        context.lifetime.finish_work(keep_answers=keep_answers)
        if written.mutation_ids:
            written.visible = await visibility.wait(
                written.mutation_ids[-1], context, self._calls.describe, clock=self._clock, wait_s=self._wait_s
            )

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
        if vectors is None and not await self._owned.among([name], context):
            raise EmbedderError("not_found", f"No vector with the id {name!r} is stored.", param="id")
        try:
            results, values = await self._calls.query(context, options, vectors=vectors, name=name)
        except EmbedderError as error:
            if vectors is None and error.code == "not_found":
                error.param = "id"
            raise
        results.matches = [match for match in results.matches if owned.belongs(match, area.namespace, context)]
        results.count = len(results.matches)
        if options["returnValues"]:
            if any(match.values is UNSET for match in results.matches):
                raise EmbedderError("upstream_invalid", "Vectorize returned a match without its values.")
            return results, values
        for match in results.matches:
            match.values = UNSET  # Vectorize may send them anyway
        return results, None

    def diversify(self, results: Matches, values: object, *, count: int, diversity: float) -> None:
        """Keep `count` of the matches that differ from each other, in the order in which they are chosen.

        `values` are those of a search. See `bindings/numbers/diversity.js`.
        """
        candidates = [(match.values, match.score) for match in results.matches if isinstance(match.values, int)]
        if len(candidates) != results.count:
            raise EmbedderError("upstream_invalid", "Vectorize returned a match without its values.")
        chosen = self._index.diverse(values, candidates, count, diversity)
        results.keep([results.matches[place] for place in chosen])

    async def get(self, ids: Sequence[str], context: RequestContext) -> tuple[list[Stored], object]:
        """Return the stored vectors with these ids, and their values. Missing ids are skipped."""
        context.access.require("search")
        answers = await self._calls.get(context, ids, Stored, lambda found, answer: (found, answer.values))
        vectors: list[Stored] = []
        for found, _ in answers:
            start = len(vectors)
            for vector in found:
                vector.values += start
                vectors.append(vector)
        own = [vector for vector in vectors if context.access.reaches(vector.namespace or None)]
        return own, self._index.merge([values for _, values in answers])

    async def delete(self, ids: Sequence[str], context: RequestContext, *, wait: bool) -> Written:
        """Delete these ids in order, in calls of 100. An error names the accepted ones.

        For a key that is bound to namespaces, only ids that are stored there are deleted and counted.
        """
        context.access.require("write")
        ids = await self._owned.among(ids, context)
        mutations: list[str] = []
        try:
            for part in split(ids, limits.DELETE_IDS):
                mutations.append(await self._calls.delete(context, part))
        except EmbedderError as error:
            raise partly_accepted(error, ids, len(mutations) * limits.DELETE_IDS) from error
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
        options = limits.query_options(top_k=deletion.BATCH, values=[], metadata="none", filters=filters)
        if namespace is not None:
            options["namespace"] = namespace
        first, last_ms = int(context.began_ms), (context.began_ms + context.lifetime.ends_ms) / 2
        removed = await deletion.run(
            lambda number: self._find(context, Area(namespace), options, first + number),
            lambda ids: self._calls.delete(context, ids),
            lambda: self._clock() <= last_ms,
        )
        written = await self._written(len(removed.ids), removed.mutation_ids, context, wait=wait)
        return Deleted(
            written.count, written.mutation_ids, written.visible, deleted=len(removed.ids), more=removed.more
        )

    async def _find(
        self, context: RequestContext, area: Area, options: dict[str, Any], number: int
    ) -> tuple[list[str], bool]:
        """Return the ids of some vectors to delete, and whether there may be others."""
        found = await self._calls.query_any(context, options, number)
        own = [match.id for match in found.matches if owned.belongs(match, area.namespace, context)]
        return own, found.count >= deletion.BATCH

    async def describe(self, context: RequestContext) -> Description:
        """Return Vectorize's description of the index, to a key that is bound to namespaces without the count."""
        context.access.require("search")
        description = await self._calls.describe(context)
        if context.access.namespaces is not None:
            description.vector_count = None
        return description

    async def _written(self, count: int, mutations: list[str], context: RequestContext, *, wait: bool) -> Written:
        written = Written(count, mutations)
        if wait:
            await self.wait_for(written, context)
        return written
