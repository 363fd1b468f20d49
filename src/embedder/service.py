"""The operations over the model, whoever asks: plan texts, ask in batches, repeat where it helps. No I/O."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import msgspec

from embedder import prompts, retries, tokens, upstream, vectors
from embedder.errors import EmbedderError, TextTooLongError, UpstreamInvalidError
from embedder.model import Answer, Clock, Model, Plan, Trace
from embedder.prompts import Titles
from embedder.settings import MAX_CALLS_IN_FLIGHT, MAX_TEXTS_PER_CALL, Settings
from embedder.vectors import Form

T = TypeVar("T")
# What to make of one answer: the index of its first text, the answer, and its number of texts.
Read = Callable[[int, Answer, int], Awaitable[T]]
_READ_WHOLE_TEXTS = 16  # up to about 270 KB, reading costs less than passing on


class _Inputs(msgspec.Struct):
    text: list[str]


class Service:
    """The operations over one model."""

    def __init__(
        self,
        settings: Settings,
        model: Model,
        *,
        clock: Clock,
        jitter: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._model = model
        self._clock = clock
        self._jitter = jitter
        self._sleep = sleep

    def plan(
        self,
        texts: list[str],
        *,
        task: str | None = None,
        titles: Titles = None,
        refuse_long: bool = False,
        param: str = "text",
    ) -> Plan:
        """Apply the prompt of `task` and estimate tokens; nothing is paid yet.

        Raises TextTooLongError for texts over the limit when `refuse_long`, naming their indexes in `param`.
        """
        prompted = prompts.apply(task, texts, titles)
        counts = [tokens.estimate(text) for text in prompted]
        limit = self._settings.max_text_tokens
        over = [index for index, count in enumerate(counts) if count > limit]
        if over and refuse_long:
            raise TextTooLongError(
                f"{param}[{'], ['.join(map(str, over[:20]))}]: over the limit of {limit} tokens a text (estimated); "
                'shorten them, or send truncate "end" to have them cut.',
                param=f"{param}[{over[0]}]",
            )
        return Plan(prompted, task, sum(counts), over)

    async def answer(self, plan: Plan, trace: Trace) -> Answer | bytes:
        """Ask the model for at most 100 texts and return its answer as it is.

        A long one is returned unread but for its head; a short one, or one whose head does not show the rows that were
        asked for, is read and checked whole.
        """
        count = len(plan.texts)

        async def seen(answer: Answer) -> Answer | bytes:
            if count > _READ_WHOLE_TEXTS and vectors.head_fits(await answer.head(), count):
                return answer
            body = await answer.read()
            vectors.raw_rows(body, count)
            return body

        return await self.ask(plan, trace, seen)

    async def ask(self, plan: Plan, trace: Trace, take: Callable[[Answer], Awaitable[T]]) -> T:
        """Ask the model for at most 100 texts and return what `take` makes of its answer."""
        trace.texts = len(plan.texts)
        return await self._ask(plan.texts, trace, take)

    async def collect(self, plan: Plan, trace: Trace, read: Read[T]) -> list[T]:
        """Ask the model in calls of 100, at most 6 in flight, and return what `read` makes of each answer, in order.

        All or nothing: the first failure cancels the other calls.
        """
        count = len(plan.texts)
        if count <= MAX_TEXTS_PER_CALL:
            return [await self.ask(plan, trace, lambda answer: read(0, answer, count))]
        tasks = self._start(plan, trace, read)
        try:
            return await asyncio.gather(*tasks)
        finally:
            await _end(tasks)

    async def batches(self, plan: Plan, trace: Trace, read: Read[T]) -> AsyncIterator[T]:
        """As `collect`, but yield what `read` made of each answer as soon as those before it were taken."""
        tasks = self._start(plan, trace, read)
        try:
            for task in tasks:
                yield await task
        finally:
            await _end(tasks)

    def _start(self, plan: Plan, trace: Trace, read: Read[T]) -> list[asyncio.Task[T]]:
        trace.texts = len(plan.texts)
        limit = asyncio.Semaphore(MAX_CALLS_IN_FLIGHT)

        async def one(start: int) -> T:
            async with limit:
                texts = plan.texts[start : start + MAX_TEXTS_PER_CALL]
                return await self._ask(texts, trace, lambda answer: read(start, answer, len(texts)))

        return [asyncio.ensure_future(one(start)) for start in range(0, len(plan.texts), MAX_TEXTS_PER_CALL)]

    async def _ask(self, texts: list[str], trace: Trace, take: Callable[[Answer], Awaitable[T]]) -> T:
        """Call the model, and again while a repeat may help; `take` reads what of the answer can fail."""
        inputs = msgspec.json.encode(_Inputs(texts)).decode()
        attempt = 0
        while True:
            try:
                return await self._once(inputs, trace, take, wait_in_queue=retries.is_last(attempt))
            except EmbedderError as error:
                left_s = self._settings.deadline_s - (self._clock() - trace.began_ms) / 1000
                wait_s = retries.wait_s(attempt, error, jitter=self._jitter(), left_s=left_s)
                if wait_s is None:
                    raise
            attempt += 1
            await self._sleep(wait_s)

    async def _once(
        self, inputs: str, trace: Trace, take: Callable[[Answer], Awaitable[T]], *, wait_in_queue: bool
    ) -> T:
        began = self._clock()
        answer = await self._model.run(inputs, reject_if_busy=not wait_in_queue, client=trace.client)
        trace.model_ms = max(trace.model_ms, self._clock() - began)
        if answer.status != 200:
            raise upstream.error(answer.status, await answer.read(), now_s=self._clock() / 1000)
        if not answer.content_type.startswith("application/json"):
            raise UpstreamInvalidError("Workers AI answered something that is not JSON.", transient=True)
        return await take(answer)


async def raw_rows(_: int, answer: Answer, count: int) -> list[bytes]:
    """Read rows as the JSON text that the model sent."""
    return vectors.raw_rows(await answer.read(), count)


def encoded_rows(form: Form) -> Read[list[bytes]]:
    """Read rows as JSON in the form asked for."""

    async def read(_: int, answer: Answer, count: int) -> list[bytes]:
        return [vectors.encode(row, form) for row in vectors.float32_rows(await answer.float32(), count)]

    return raw_rows if form.untouched else read


def unit_vectors(dimensions: int) -> Read[list[list[float]]]:
    """Read rows as floats of unit length with this many numbers."""

    async def read(_: int, answer: Answer, count: int) -> list[list[float]]:
        return [vectors.shorten(row, dimensions) for row in vectors.float32_rows(await answer.float32(), count)]

    return read


async def _end(tasks: "list[asyncio.Task[T]]") -> None:
    """Cancel what still runs, and wait until it has ended: no call outlives its request."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
