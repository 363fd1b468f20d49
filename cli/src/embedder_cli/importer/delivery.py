"""Batches to PUT /vectors: bounded attempts, everyone waits when the service says so, one bad document is found."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

from embedder_cli.importer import backoff, verdicts
from embedder_cli.importer.documents import Item, Refusal
from embedder_cli.importer.journal import Journal
from embedder_cli.importer.tally import Tally
from embedder_cli.importer.verdicts import Refused, Repeat, Split, Stop, Verdict, Written

TIMEOUT_S = 120.0  # longer than the service's own deadline


class StoppedError(Exception):
    """The import can't go on; the message is one sentence to act on."""


@dataclass(frozen=True)
class Target:
    """Where batches go. `tail` is what follows the documents in a request's JSON."""

    url: str
    key: str | None
    tail: bytes
    longest_wait_s: float


class Delivery:
    """Delivers batches and keeps the books. `sleep` and `jitter` can be given for tests."""

    def __init__(
        self,
        target: Target,
        client: httpx.AsyncClient,
        journal: Journal,
        tally: Tally,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._target = target
        self._client = client
        self._journal = journal
        self._tally = tally
        self._sleep = sleep
        self._jitter = jitter
        self._pause_until = 0.0

    async def check(self) -> None:
        """Ask for the index once, so that a wrong address or key is told at once; StoppedError for either."""
        try:
            response = await self._client.get(f"{self._target.url}/index", headers=self._headers())
        except httpx.TransportError as error:
            raise StoppedError(f"{self._target.url} gave no answer: {str(error) or type(error).__name__}.") from error
        verdict = verdicts.judge(response.status_code, response.headers, response.content)
        if isinstance(verdict, Stop):
            raise StoppedError(verdict.reason)

    async def deliver(self, items: Sequence[Item]) -> None:
        """Send a batch until every document of it is written or refused; StoppedError if that can't be."""
        await self._deliver(list(items), self._tally.written, backoff.MAX_ATTEMPTS)

    async def _deliver(self, left: list[Item], began: int, attempts: int) -> None:
        """`began` is how many documents were written when the batch was begun.

        A batch that keeps failing while others are written holds a document that the service can't digest; if none is
        written, the service is at fault.
        """
        attempt = 0
        while left:
            verdict = await self._send(left)
            match verdict:
                case Written(cut):
                    return self._accept([(item, place in cut) for place, item in enumerate(left)])
                case Refused(place, reason) if place < len(left):
                    self._refuse(left.pop(place), reason)
                case Stop(reason):
                    raise StoppedError(reason)
                case Repeat(accepted=accepted, hopeful=hopeful):
                    attempt = 1 if accepted else attempt + 1
                    left = self._without(left, accepted)
                    if attempt >= (attempts if hopeful else backoff.MAX_ATTEMPTS_OF_PART):
                        return await self._divide(left, verdict.reason, began)
                    await self._wait(verdict, attempt)
                case Refused(reason=reason) | Split(reason=reason):
                    return await self._divide(left, reason, None)
        return None

    async def _divide(self, left: list[Item], reason: str, began: int | None) -> None:
        """Find what is at fault in a batch by halves; a document that fails alone is the one.

        `began` is None where the service has told that the batch is at fault.
        """
        if began == self._tally.written and not await self._works(left):
            raise StoppedError(f"{reason} Repeats did not help; run the same command again later.")
        if len(left) == 1:
            return self._refuse(left[0], reason)
        middle = len(left) // 2
        attempts = backoff.MAX_ATTEMPTS if began is None else backoff.MAX_ATTEMPTS_OF_PART
        for half in (left[:middle], left[middle:]):
            await self._deliver(half, self._tally.written if began is None else began, attempts)
        return None

    async def _works(self, left: list[Item]) -> bool:
        """Send the first or the last document alone: one of them gets through if the service is not at fault."""
        for place in (0, -1) if len(left) > 1 else ():
            if isinstance(verdict := await self._send([left[place]]), Written):
                self._accept([(left.pop(place), bool(verdict.cut))])
                return True
        return False

    def _headers(self) -> dict[str, str]:
        key = {"authorization": f"Bearer {self._target.key}"} if self._target.key else {}
        return {"content-type": "application/json", **key}

    async def _send(self, items: Sequence[Item]) -> Verdict:
        await self._sleep_until_allowed()
        self._tally.requests += 1
        body = b'{"documents":[%b]%b}' % (b",".join(item.body for item in items), self._target.tail)
        try:
            response = await self._client.put(f"{self._target.url}/vectors", content=body, headers=self._headers())
        except httpx.TransportError as error:
            return Repeat(f"The connection broke: {str(error) or type(error).__name__}.")
        return verdicts.judge(response.status_code, response.headers, response.content)

    async def _wait(self, verdict: Repeat, attempt: int) -> None:
        """Wait before a repeat; a wait that the service named holds for every batch."""
        wait = backoff.wait_s(attempt, retry_after_s=verdict.retry_after_s, jitter=self._jitter())
        if wait > self._target.longest_wait_s:
            raise StoppedError(f"{verdict.reason} Run the same command again in {_spoken(wait)}.")
        self._tally.repeats += 1
        if verdict.retry_after_s is not None:
            self._pause_until = max(self._pause_until, asyncio.get_running_loop().time() + verdict.retry_after_s)
        await self._sleep(wait)

    async def _sleep_until_allowed(self) -> None:
        left = self._pause_until - asyncio.get_running_loop().time()
        if left > 0:
            await self._sleep(left + self._jitter())

    def _accept(self, items: Sequence[tuple[Item, bool]]) -> None:
        self._journal.enter(items)
        for item, cut in items:
            self._tally.accept(item, cut=cut)

    def _without(self, items: Sequence[Item], accepted: frozenset[str]) -> list[Item]:
        if accepted:
            self._accept([(item, False) for item in items if item.id in accepted])
        return [item for item in items if item.id not in accepted]

    def _refuse(self, item: Item, reason: str) -> None:
        self._tally.refuse(Refusal(item.place, item.id, reason), item.weight)


def _spoken(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.0f} minutes"
