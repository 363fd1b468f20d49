"""Requests of an import: repeated after failures, and paused together when the service asks for it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx

from embedder_cli import service
from embedder_cli.importer.result.tally import Tally
from embedder_cli.importer.sending import backoff, verdicts
from embedder_cli.importer.sending.verdicts import Repeat, Verdict
from embedder_cli.service import Answer, NoAnswerError, Service

TIMEOUT_S = 180.0  # per answer; longer than the service's own deadline


class StoppedError(Exception):
    """The import can't continue; the message is one sentence to act on."""


@dataclass
class Connection:
    """A service, and how to wait for it. Tests replace `sleep` and `jitter`."""

    target: Service
    client: httpx.AsyncClient
    tally: Tally
    longest_wait_s: float = 300
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    _pause_until: float = field(default=0.0, init=False)

    async def write(self, method: str, body: bytes, count: int) -> Verdict:
        """Send a batch once. A connection that breaks is a failure of the service."""
        await self._pause()
        self.tally.requests += 1
        try:
            return verdicts.judge(await self._send(method, "/vectors", body), count, removal=method == "DELETE")
        except NoAnswerError as error:
            return Repeat(str(error))

    async def get(self, path: str) -> Answer:
        """Return an answer with status 200, after repeats; StoppedError if there is none."""
        for attempt in range(1, backoff.MAX_ATTEMPTS + 1):
            try:
                answer = await self._send("GET", path, None)
            except NoAnswerError as error:
                raise StoppedError(str(error)) from error
            if answer.status == 200:
                return answer
            verdict = verdicts.judge(answer, 0)
            if not isinstance(verdict, Repeat):
                break
            await self.wait(verdict, attempt)
        raise StoppedError(f"{self.target.url} answered {answer.sentence}")

    async def wait(self, verdict: Repeat, attempt: int) -> None:
        """Wait before a repeat. All batches obey a retry-after."""
        wait = backoff.wait_s(attempt, retry_after_s=verdict.retry_after_s, jitter=self.jitter())
        if wait > self.longest_wait_s:
            raise StoppedError(f"{verdict.reason} Run the same command again in {_spoken(wait)}.")
        self.tally.retries += 1
        if verdict.retry_after_s is not None:
            until = asyncio.get_running_loop().time() + verdict.retry_after_s
            self._pause_until = max(self._pause_until, until)
        why = "for the rate limit" if verdict.is_limit else f"to try again: {verdict.reason}"
        self.tally.waiting = f"waiting {wait:.0f} s {why}"
        await self.sleep(wait)
        self.tally.waiting = None

    async def _pause(self) -> None:
        left = self._pause_until - asyncio.get_running_loop().time()
        if left > 0:
            await self.sleep(left + self.jitter())

    async def _send(self, method: str, path: str, body: bytes | None) -> Answer:
        headers: Mapping[str, str] = self.target.headers
        url = self.target.url + path
        return await service.send(self.client, method, url, headers=headers, body=body, limit_s=TIMEOUT_S)


def _spoken(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.0f} minutes"
