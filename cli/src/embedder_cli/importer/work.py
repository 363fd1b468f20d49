"""The import itself: documents from the source in batches, a bounded number of them under way."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from embedder_cli.importer import sources
from embedder_cli.importer.delivery import TIMEOUT_S, Delivery, StoppedError, Target
from embedder_cli.importer.documents import Item, Refusal, fault, item_of
from embedder_cli.importer.journal import Journal
from embedder_cli.importer.readers import Found, Reading
from embedder_cli.importer.sources import SourceError
from embedder_cli.importer.tally import Tally

MAX_BATCH_BYTES = 2 * 1024 * 1024  # half of what a service takes by default
Batch = list[Item]
Deliver = Callable[[Batch], Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """One import as it was asked for."""

    source: Path
    url: str
    key: str | None = None
    namespace: str | None = None
    reading: Reading = field(default_factory=Reading)
    keep_text: bool = True
    truncate: str = "end"
    batch: int = 100
    concurrency: int = 4
    longest_wait_s: float = 300

    @property
    def target(self) -> str:
        """What the journal's entries are for."""
        return json.dumps([self.url, self.namespace])

    @property
    def tail(self) -> bytes:
        options = {"keep_text": self.keep_text, "truncate": self.truncate, "namespace": self.namespace}
        given = {name: value for name, value in options.items() if value is not None}
        return b"," + json.dumps(given, separators=(",", ":")).encode()[1:-1]


def run(job: Job, journal: Journal, tally: Tally) -> None:
    """Import everything; what came of it is in `tally`."""
    _timed(tally, lambda: asyncio.run(_run(job, journal, tally)))


def rehearse(job: Job, journal: Journal, tally: Tally) -> None:
    """Read and check everything and send nothing; what would be sent counts as written."""

    def read() -> None:
        for batch in batches(job, journal, tally):
            tally.requests += 1
            for item in batch:
                tally.accept(item, cut=False)

    _timed(tally, read)


def _timed(tally: Tally, act: Callable[[], None]) -> None:
    began = time.monotonic()
    try:
        act()
    except KeyboardInterrupt:
        tally.stopped = "Interrupted; run the same command again to go on."
    finally:
        tally.seconds = time.monotonic() - began


async def _run(job: Job, journal: Journal, tally: Tally) -> None:
    target = Target(job.url, job.key, job.tail, job.longest_wait_s)
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
        delivery = Delivery(target, client, journal, tally)
        try:
            await delivery.check()
            await spread(batches(job, journal, tally), delivery.deliver, job.concurrency)
        except* (StoppedError, SourceError, OSError, sqlite3.Error) as group:
            tally.stopped = str(_first(group))


def _first(group: BaseExceptionGroup[Exception]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


async def spread(found: Iterator[Batch], deliver: Deliver, concurrency: int) -> None:
    """Deliver batches, at most `concurrency` at a time; no more are read than that. The first failure ends all."""
    free = asyncio.Semaphore(concurrency)

    async def one(batch: Batch) -> None:
        try:
            await deliver(batch)
        finally:
            free.release()

    async with asyncio.TaskGroup() as group:
        for batch in found:
            await free.acquire()
            group.create_task(one(batch))


def batches(job: Job, journal: Journal, tally: Tally) -> Iterator[Batch]:
    """Yield what is still to be written; what can't be, or was before, goes to the tally."""
    batch: Batch = []
    size = 0
    for found, weight in sources.read(job.source, job.reading):
        item = _item(found, job, weight)
        if isinstance(item, Refusal):
            tally.refuse(item, weight)
        elif _is_new(item, journal, tally):
            if batch and (len(batch) == job.batch or size + len(item.body) > MAX_BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(item)
            size += len(item.body)
    if batch:
        yield batch


def _item(found: Found, job: Job, weight: int) -> Item | Refusal:
    if isinstance(found, Refusal):
        return found
    reason = fault(found)
    return Refusal(found.place, found.id, reason) if reason else item_of(found, job.tail, weight)


def _is_new(item: Item, journal: Journal, tally: Tally) -> bool:
    before = journal.first_place(item)
    if before:
        tally.refuse(Refusal(item.place, item.id, f"The id is there twice; first at {before}."), item.weight)
        return False
    cut = journal.written(item)
    if cut is None:
        return True
    tally.skip(item, cut=cut)
    return False
