"""The operations on a Vectorize index: write, search, read back, delete, describe. No I/O of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from embedder import vectorize
from embedder.errors import EmbedderError, IndexMismatchError
from embedder.index import Description, Document, Index, Mutation, Stored, Written
from embedder.model import Clock, Plan, Trace
from embedder.service import Service, raw_rows
from embedder.settings import DIMENSIONS, MAX_CALLS_IN_FLIGHT, MAX_TEXTS_PER_CALL

_POLL_S = (0.25, 0.5, 1.0, 2.0)  # seconds between looks at the index; the last one repeats
_CLOCK_SKEW_S = 2.0
_DESCRIBE_GRACE_S = 5.0  # for the last look, past the wait itself


class Store:
    """The operations over one index, with the vectors of one service."""

    def __init__(
        self,
        service: Service,
        index: Index,
        *,
        clock: Clock,
        wait_s: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._service = service
        self._index = index
        self._clock = clock
        self._wait_s = wait_s
        self._sleep = sleep
        self._dimensions: int | None = None

    async def check_fit(self) -> None:
        """Raise IndexMismatchError unless the index holds vectors of 768 numbers. Asked once: it can't change."""
        if self._dimensions is None:
            self._dimensions = (await self.describe()).dimensions
        if self._dimensions != DIMENSIONS:
            raise IndexMismatchError(
                f"The index holds vectors of {self._dimensions} numbers, the model gives {DIMENSIONS}; "
                f"create one with --dimensions={DIMENSIONS} --metric=cosine."
            )

    async def write(
        self, documents: Sequence[Document], plan: Plan, trace: Trace, *, namespace: str | None, insert: bool = False
    ) -> tuple[Written, list[list[bytes]]]:
        """Embed the plan's texts and write their vectors in calls of 100; return also the rows, call by call.

        Embedding runs ahead, writes follow in order: what was accepted when a call fails is a beginning of the
        documents, and the error names both parts.
        """
        await self.check_fit()
        send = self._index.insert if insert else self._index.upsert
        mutations: list[str] = []
        calls: list[list[bytes]] = []
        try:
            async for rows in self._service.batches(plan, trace, raw_rows):
                start = len(calls) * MAX_TEXTS_PER_CALL
                batch = documents[start : start + len(rows)]
                text = vectorize.vectors_json(
                    ((item.id, row, item.metadata) for item, row in zip(batch, rows, strict=True)), namespace
                )
                mutations.append(msgspec.json.decode(await send(text), type=Mutation).mutation_id)
                calls.append(rows)
        except EmbedderError as error:
            raise _partial(error, [item.id for item in documents], sum(map(len, calls))) from error
        return Written(len(documents), mutations), calls

    async def search(self, row: bytes, options: dict[str, Any]) -> bytes:
        """Return the matches of a vector (JSON of 768 numbers) as Vectorize wrote them."""
        return (await self._index.query(row.decode(), _json(options))).encode()

    async def embed_query(self, plan: Plan, trace: Trace) -> bytes:
        """Return the vector of the plan's one text as JSON."""
        await self.check_fit()
        [[row]] = await self._service.collect(plan, trace, raw_rows)
        return row

    async def search_by_id(self, name: str, options: dict[str, Any]) -> bytes:
        """Return the matches of a stored vector as Vectorize wrote them."""
        return (await self._index.query_by_id(name, _json(options))).encode()

    async def get(self, ids: Sequence[str]) -> list[Stored]:
        """Return the stored vectors with these ids, in calls of 20; ids that are not there are left out."""
        limit = asyncio.Semaphore(MAX_CALLS_IN_FLIGHT)

        async def one(part: Sequence[str]) -> list[Stored]:
            async with limit:
                return msgspec.json.decode(await self._index.get_by_ids(_json(part)), type=list[Stored])

        answers = await asyncio.gather(*map(one, _split(ids, vectorize.GET_IDS)))
        return [item for answer in answers for item in answer]

    async def delete(self, ids: Sequence[str]) -> Written:
        """Delete these ids in calls of 100, in order; an error names the ones that were accepted."""
        mutations: list[str] = []
        try:
            for part in _split(ids, vectorize.DELETE_IDS):
                answer = await self._index.delete_by_ids(_json(part))
                mutations.append(msgspec.json.decode(answer, type=Mutation).mutation_id)
        except EmbedderError as error:
            raise _partial(error, ids, len(mutations) * vectorize.DELETE_IDS) from error
        return Written(len(ids), mutations)

    async def describe(self) -> Description:
        return msgspec.json.decode(await self._index.describe(), type=Description)

    async def wait(self, written: Written, trace: Trace) -> None:
        """Set `visible`: whether the writes can be read, after waiting for them at most `wait_s` seconds."""
        trace.extend(self._wait_s + _DESCRIBE_GRACE_S)
        accepted_s = self._clock() / 1000
        waited = 0.0
        for step in _steps():
            written.visible = _reached(await self.describe(), written.mutation_ids[-1], accepted_s)
            if written.visible or waited + step > self._wait_s:
                return
            await self._sleep(step)
            waited += step


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _split(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _steps() -> "list[float]":
    return [*_POLL_S, *[_POLL_S[-1]] * 100]


def _reached(description: Description, mutation: str, accepted_s: float) -> bool:
    """Another writer's later mutation may be the newest one: then the time of the newest tells."""
    if description.processed_up_to_mutation == mutation:
        return True
    when = description.processed_up_to_datetime
    if not isinstance(when, str):
        return False
    return datetime.fromisoformat(when).timestamp() > accepted_s + _CLOCK_SKEW_S


def _partial(error: EmbedderError, ids: Sequence[str], accepted: int) -> EmbedderError:
    """Name what was written before `error`; a repeat of the whole request is safe, since ids are the caller's."""
    if accepted:
        error.message += f" {accepted} of {len(ids)} were accepted before that; sending all again is safe."
        error.details = {"accepted": list(ids[:accepted]), "not_accepted": list(ids[accepted:])}
    return error
