"""Batches to PUT /vectors with a bounded number of attempts; a document that makes a batch fail is found."""

import json
from collections.abc import Sequence

from embedder_cli.importer.documents import Item, Rejection
from embedder_cli.importer.result.tally import Tally
from embedder_cli.importer.sending import backoff
from embedder_cli.importer.sending.connection import Connection, StoppedError
from embedder_cli.importer.sending.index_check import Guard
from embedder_cli.importer.sending.journal import Journal
from embedder_cli.importer.sending.verdicts import Rejected, Repeat, Split, Stop, Verdict, Written


class Delivery:
    """Delivers batches, and keeps the journal and the tally. `tail` follows the documents in a request's JSON."""

    def __init__(
        self, connection: Connection, journal: Journal, tally: Tally, tail: bytes = b"", guard: Guard | None = None
    ) -> None:
        self._connection = connection
        self._journal = journal
        self._tally = tally
        self._tail = tail
        self._guard = guard
        self._queues = tally.queues

    async def deliver(self, items: Sequence[Item]) -> None:
        """Send a batch until each document is written or rejected; StoppedError if that is not possible."""
        if self._guard:
            await self._guard.check(items)
        self._journal.announce(items)
        await self._deliver(list(items), self._tally.written, backoff.MAX_ATTEMPTS)

    async def _deliver(self, left: list[Item], began: int, attempts: int) -> None:
        """`began` is how many documents were written when this batch began.

        If a batch keeps failing while others are written, one of its documents is at fault; if none is written, the
        service is.
        """
        attempt = 0
        while left:
            verdict = await self._send(left)
            match verdict:
                case Written(truncated, queued):
                    return self._accept([(item, index in truncated) for index, item in enumerate(left)], queued)
                case Rejected(index, reason) if index < len(left):
                    self._reject(left.pop(index), reason)
                case Stop(reason):
                    raise StoppedError(reason)
                case Repeat(accepted=accepted, may_help=may_help):
                    rest = self._without(left, accepted)
                    attempt = attempt + 1 if len(rest) == len(left) else 1
                    left = rest
                    if attempt >= (attempts if may_help else backoff.MAX_ATTEMPTS_OF_PART):
                        return await self._divide(left, verdict.reason, began)
                    await self._connection.wait(verdict, attempt)
                case Rejected(reason=reason) | Split(reason=reason):
                    return await self._divide(left, reason, None)
        return None

    async def _divide(self, left: list[Item], reason: str, began: int | None) -> None:
        """Find the document at fault by halving the batch.

        `began` is None if the service has rejected the batch.
        """
        if began == self._tally.written and not await self._works(left):
            raise StoppedError(f"{reason} Repeats did not help; run the same command again later.")
        if len(left) == 1:
            return self._reject(left[0], reason)
        middle = len(left) // 2
        attempts = backoff.MAX_ATTEMPTS if began is None else backoff.MAX_ATTEMPTS_OF_PART
        for half in (left[:middle], left[middle:]):
            await self._deliver(half, self._tally.written if began is None else began, attempts)
        return None

    async def _works(self, left: list[Item]) -> bool:
        """Send the first or the last document alone: one of them is written if the service is not at fault."""
        for index in (0, -1) if len(left) > 1 else ():
            if isinstance(verdict := await self._send([left[index]]), Written):
                self._accept([(left.pop(index), bool(verdict.truncated))], verdict.queued)
                return True
        return False

    async def _send(self, items: Sequence[Item]) -> Verdict:
        body = b'{"documents":[%b]%b}' % (b",".join(item.body for item in items), self._tail)
        return await self._connection.write("PUT", body, len(items))

    async def remove(self, names: Sequence[str]) -> None:
        """Remove ids from the index; StoppedError if that is not possible."""
        left = list(names)
        attempt = 0
        while left:
            verdict = await self._connection.write("DELETE", json.dumps({"ids": left}).encode(), len(left))
            done = frozenset(left) if isinstance(verdict, Written) else frozenset()
            if isinstance(verdict, Repeat):
                done = verdict.accepted.intersection(left)
                attempt = 1 if done else attempt + 1
            self._journal.remove([*done])
            self._tally.removed += len(done)
            left = [name for name in left if name not in done]
            if left and (not isinstance(verdict, Repeat) or attempt >= backoff.MAX_ATTEMPTS):
                raise StoppedError(f"{len(left)} ids could not be removed: {getattr(verdict, 'reason', 'rejected.')}")
            if isinstance(verdict, Repeat) and left:
                await self._connection.wait(verdict, attempt)

    def _accept(self, items: Sequence[tuple[Item, bool]], queued: bool) -> None:
        self._journal.enter(items, queued=queued)
        for item, truncated in items:
            self._tally.accept(item, truncated=truncated)

    def _without(self, items: Sequence[Item], accepted: frozenset[str]) -> list[Item]:
        if found := [(item, False) for item in items if item.id in accepted]:
            self._accept(found, self._queues)
        return [item for item in items if item.id not in accepted]

    def _reject(self, item: Item, reason: str) -> None:
        self._tally.reject(Rejection(item.location, item.id, reason), item.weight)
