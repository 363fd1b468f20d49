"""The import itself: a bounded number of batches is sent at a time."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from embedder_cli import interrupts, service
from embedder_cli.importer.documents import Document, Read
from embedder_cli.importer.faults import Rules
from embedder_cli.importer.files import corpus
from embedder_cli.importer.files.corpus import Corpus
from embedder_cli.importer.lines import SourceError
from embedder_cli.importer.result.tally import Tally
from embedder_cli.importer.sending import index_check
from embedder_cli.importer.sending.batches import Batch, Batches
from embedder_cli.importer.sending.connection import Connection, StoppedError
from embedder_cli.importer.sending.delivery import Delivery
from embedder_cli.importer.sending.journal import Journal
from embedder_cli.importer.sending.read_ahead import read_ahead
from embedder_cli.service import Service

_REMOVED_AT_A_TIME = 100
_MET = (StoppedError, SourceError, OSError, sqlite3.Error)
Deliver = Callable[[Batch], Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """One import with its options."""

    corpus: Corpus
    target: Service
    namespace: str | None = None
    keep_text: bool = True
    truncate: str = "end"
    batch: int = 100
    concurrency: int = 4
    longest_wait_s: float = 300
    prune: bool = False
    fresh: bool = False
    queue: bool = False

    @property
    def tail(self) -> bytes:
        """The options of a request that decide what is stored, as they follow the documents in its JSON."""
        options = {"keep_text": self.keep_text, "truncate": self.truncate, "namespace": self.namespace}
        given = {name: value for name, value in options.items() if value is not None}
        return b"," + json.dumps(given, separators=(",", ":")).encode()[1:-1]

    @property
    def sent_tail(self) -> bytes:
        """All options of a request."""
        return self.tail + (b',"queue":true' if self.queue else b"")

    def batches(self, journal: Journal, tally: Tally) -> Batches:
        rules = Rules(self.keep_text, self.queue)
        return Batches(journal, tally, size=self.batch, tail=self.tail, namespace=self.namespace, rules=rules)


def run(job: Job, journal: Journal, tally: Tally) -> None:
    """Import everything. The result is in `tally`. Ctrl-C raises KeyboardInterrupt; the journal stays usable."""
    with _timed(tally), interrupts.runner() as runner:
        interrupts.run(runner, _run(job, journal, tally))


def rehearse(job: Job, journal: Journal, tally: Tally) -> None:
    """Read and check everything but send nothing. What would be written counts as written."""
    collected = job.batches(journal, tally)

    def count(batches: Iterator[Batch]) -> None:
        for batch in batches:
            tally.requests += 1
            for item in batch:
                tally.accept(item, truncated=False)

    with _timed(tally):
        if job.truncate == "error":
            tally.notes.append("Only the service knows which texts are too long (--truncate error).")
        if job.fresh:
            journal.forget_contents()
        for found, weight in corpus.read(job.corpus):
            count(collected.add(found, weight))
        count(collected.rest())
        for names in _stale(job, journal, tally):
            tally.requests += 1
            tally.removed += len(names)


@contextmanager
def _timed(tally: Tally) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except* _MET as group:
        tally.stopped = str(_first(group))
    finally:
        tally.seconds = time.monotonic() - began
        tally.conclude()


def _first(group: BaseExceptionGroup[Exception]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


async def _run(job: Job, journal: Journal, tally: Tally) -> None:
    async with service.client() as client:
        connection = Connection(job.target, client, tally, job.longest_wait_s)
        if job.fresh:
            journal.forget_contents()
        is_empty = await index_check.check(connection, journal) == 0
        guard = None if job.fresh or is_empty else index_check.Guard(connection, journal, job.namespace)
        delivery = Delivery(connection, journal, tally, job.sent_tail, guard)
        await spread(_batches(job, journal, tally), delivery.deliver, job.concurrency)
        for names in _stale(job, journal, tally):
            await delivery.remove(names)


async def _batches(job: Job, journal: Journal, tally: Tally) -> AsyncIterator[Batch]:
    collected = job.batches(journal, tally)
    async for group in read_ahead(corpus.read(job.corpus), _size):
        for found, weight in group:
            for batch in collected.add(found, weight):
                yield batch
    for batch in collected.rest():
        yield batch


def _size(read: tuple[Read, int]) -> int:
    return len(read[0].text) if isinstance(read[0], Document) else 0


async def spread(batches: AsyncIterator[Batch], deliver: Deliver, concurrency: int) -> None:
    """Deliver at most `concurrency` batches at a time, and read no more than that. The first failure ends all."""
    free = asyncio.Semaphore(concurrency)

    async def one(batch: Batch) -> None:
        try:
            await deliver(batch)
        finally:
            free.release()

    async with asyncio.TaskGroup() as group:
        async for batch in batches:
            await free.acquire()
            group.create_task(one(batch))


def _stale(job: Job, journal: Journal, tally: Tally) -> Iterator[list[str]]:
    """Yield the ids to remove: of chunks that a file has no more, and with `prune` of all that left the source."""
    for names in journal.stale(everywhere=job.prune, page=_REMOVED_AT_A_TIME):
        if tally.unnamed:
            tally.notes.append("Nothing was removed, because the ids of some rejected records are not known.")
            return
        if not tally.written + tally.unchanged:
            tally.notes.append("Nothing was removed, because the source has no documents.")
            return
        yield names
