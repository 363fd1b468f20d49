"""Turns texts into vectors: adds prompts, estimates tokens, calls the model in batches and retries."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from embedder.access.labels import label
from embedder.context import RequestContext
from embedder.embedding import prompts, tokens, workers_ai_errors
from embedder.embedding.options import FLOATS, OutputFormat, PromptOptions
from embedder.errors import EmbedderError, invalid
from embedder.live import Tasks
from embedder.names.tasks import full_name
from embedder.ports import Answer, Clock, Model, Numbers
from embedder.settings import LARGE_BYTES, MAX_CALLS_IN_FLIGHT, MAX_TEXTS_PER_CALL, Settings

MAX_ATTEMPTS = 4
_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 2.0
_MAX_NAMED = 20  # texts named in an error
_BYTES_OF_REPEATED = 12  # of a character that every text gets: as text, as JSON, and in JavaScript
_Measured = tuple[list[str], int, list[int]]  # texts with their prompts, and what `tokens.measure` returns


class PreparedTexts(msgspec.Struct, frozen=True):
    """Texts with their prompts. `tokens` is an estimate; `truncated` lists the indexes of texts that are too long."""

    texts: list[str]
    task: str | None
    tokens: int
    truncated: list[int]


class Embedder:
    """Embeds texts with one model."""

    def __init__(
        self,
        settings: Settings,
        model: Model,
        *,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self.model = model
        self._settings = settings
        self._clock = clock
        self._jitter = jitter

    def prepare(
        self,
        texts: list[str],
        options: PromptOptions,
        *,
        param: str | Callable[[int], str],
        alias: str | None = None,
        default: str | None = None,
        reported: bool = True,
        measured: _Measured | None = None,
    ) -> PreparedTexts:
        """Add prompts to `texts` and estimate their tokens. This does not call the model.

        `alias` is the task in the model name, `default` the task if the request names none. `param` is the path of a
        text, for errors; `#` stands for its index. Without `reported`, tokens are estimated only to reject texts.
        `measured` has the texts with their prompts and the estimate, if they have been made.

        Raises `text_too_long` if `options.truncate` is "error" and a text is too long.
        """
        task = _task(options, alias) or default
        limit = self._settings.max_text_tokens
        if measured:
            prompted, count, over = measured
        else:
            prompted = prompts.apply(task, texts, options.title)
            needed = reported or options.truncate == "error"
            count, over = tokens.measure(prompted, limit) if needed else (0, [])
        if over and options.truncate == "error":
            raise _too_long(over, limit, param, options.asks_to_truncate())
        return PreparedTexts(prompted, task, count, over)

    async def vectors(
        self,
        texts: str | list[str],
        options: PromptOptions,
        output: OutputFormat,
        context: RequestContext,
        *,
        param: str,
        alias: str | None = None,
    ) -> tuple[PreparedTexts, Numbers]:
        """Embed one text or several. Return what was sent to the model, and the vectors in the format `output`.

        See `prepare` for `param` and `alias`. A `param` without `#` names the text or the list.
        """
        if isinstance(texts, str):
            texts = [texts]
        elif "#" not in param:
            param += "[#]"
        if options.title:
            await self.make_room(texts, options, context)
        measured = await self._measured(texts, options, context, alias) if len(texts) > MAX_TEXTS_PER_CALL else None
        prepared = self.prepare(texts, options, param=param, alias=alias, measured=measured)
        answers = await self.embed(prepared, context, output)
        return prepared, self.model.join(answers, output.dimensions, output.encoding)

    async def make_room(self, texts: list[str], options: PromptOptions, context: RequestContext) -> None:
        """Reserve memory for what `prepare` adds to texts beyond the size of the body: one title for all of them."""
        if (more := _BYTES_OF_REPEATED * prompts.repeated_chars(texts, options.title)) > LARGE_BYTES:
            await context.lifetime.hold(more)

    async def _measured(
        self, texts: list[str], options: PromptOptions, context: RequestContext, alias: str | None
    ) -> _Measured:
        """Add prompts to many texts and estimate their tokens. Other requests run meanwhile."""
        prompted = prompts.apply(_task(options, alias), texts, options.title)
        return prompted, *await tokens.measure_many(
            prompted, self._settings.max_text_tokens, context.lifetime.yield_to_others
        )

    async def embed(self, prepared: PreparedTexts, context: RequestContext, output: OutputFormat) -> list[Answer]:
        """Embed in calls of 100 texts, at most 6 at a time, and return the answers in order.

        The first failure cancels the other calls.
        """
        context.log.texts, context.log.tokens = len(prepared.texts), prepared.tokens
        if context.log.texts <= MAX_TEXTS_PER_CALL:
            return [await self._call(prepared.texts, context, output)]
        await self._reserve(context, output)
        async with Tasks(self._calls(prepared, context, output)) as tasks:
            return await asyncio.gather(*tasks)

    @asynccontextmanager
    async def batches(
        self, prepared: PreparedTexts, context: RequestContext
    ) -> AsyncGenerator[AsyncIterator[Answer], None]:
        """Embed like `embed`, but yield each answer in order as soon as it arrives, and keep none of them."""
        context.log.texts, context.log.tokens = len(prepared.texts), prepared.tokens
        if context.log.texts > MAX_TEXTS_PER_CALL:
            await self._reserve(context, FLOATS)
        async with Tasks(self._calls(prepared, context, FLOATS)) as tasks:
            yield _in_order(tasks)

    async def _reserve(self, context: RequestContext, output: OutputFormat) -> None:
        """Reserve memory for several answers. Other requests run before, because the tokens were counted just now."""
        await context.lifetime.yield_to_others()
        await self.model.reserve(
            context.lifetime, context.log.texts, dimensions=output.dimensions, encoding=output.encoding
        )

    def _calls(
        self, prepared: PreparedTexts, context: RequestContext, output: OutputFormat
    ) -> Iterator[Coroutine[Any, Any, Answer]]:
        limit = asyncio.Semaphore(MAX_CALLS_IN_FLIGHT)

        async def one(start: int) -> Answer:
            async with limit:
                return await self._call(prepared.texts[start : start + MAX_TEXTS_PER_CALL], context, output)

        return map(one, range(0, len(prepared.texts), MAX_TEXTS_PER_CALL))

    async def _call(self, texts: list[str], context: RequestContext, output: OutputFormat) -> Answer:
        """Call the model, and retry transient errors."""
        inputs = msgspec.json.encode({"text": texts})
        attempt = 0
        while True:
            answer = await self._attempt(inputs, len(texts), context, output, last=is_last(attempt))
            if not answer.fault:
                return answer
            error = workers_ai_errors.error_of(answer, now_s=self._clock() / 1000)
            left_s = (context.lifetime.ends_ms - self._clock()) / 1000
            wait_s = retry_wait_s(attempt, error, jitter=self._jitter(), left_s=left_s)
            if wait_s is None or (context.reject_if_busy and error.code == "upstream_busy"):
                raise error
            attempt += 1
            await context.lifetime.sleep(wait_s * 1000)

    async def _attempt(
        self, inputs: bytes, count: int, context: RequestContext, output: OutputFormat, *, last: bool
    ) -> Answer:
        """Call the model once. Only the last attempt waits if the model is busy."""
        began = self._clock()
        try:
            return await self.model.ask(
                context.lifetime,
                inputs,
                count,
                dimensions=output.dimensions,
                encoding=output.encoding,
                reject_if_busy=context.reject_if_busy or not last,
                gateway=context.gateway,
                alone=context.access.namespaces is not None,
                key=label(context.log.key),
            )
        finally:
            context.log.model_ms = max(context.log.model_ms, self._clock() - began)


def is_last(attempt: int) -> bool:
    """Return whether `attempt`, counted from 0, is the last one."""
    return attempt >= MAX_ATTEMPTS - 1


def retry_wait_s(attempt: int, error: EmbedderError, *, jitter: float, left_s: float) -> float | None:
    """Return the seconds to wait before the next attempt; None to give up.

    `jitter` is a random number from 0 to 1. The wait is 50 to 100 % of the exponential backoff, so that callers that
    failed together do not retry together. `left_s` is the time until the deadline.
    """
    if not error.transient or is_last(attempt):
        return None
    full = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**attempt)
    wait = full * (0.5 + jitter / 2)
    return wait if wait < left_s else None


def _task(options: PromptOptions, alias: str | None) -> str | None:
    """Return the full name of the task, whichever field names it. Raises if two fields name different tasks."""
    fields = {
        "model": alias,
        "task": options.task,
        "input_type": options.input_type,
        "prompt_name": options.prompt_name,
    }
    asked = {name: full_name(task) for name, task in fields.items() if task is not None}
    if len(set(asked.values())) > 1:
        raise invalid(f"{' and '.join(asked)} name different tasks; send one of them.", list(asked)[1])
    return next(iter(asked.values()), None)


def _too_long(over: list[int], limit: int, param: str | Callable[[int], str], field: str) -> EmbedderError:
    paths = [param(index) if callable(param) else param.replace("#", str(index)) for index in over[:_MAX_NAMED]]
    # Clients of Ollama, OpenAI and others look for "context length", and then split a text.
    sentence = (
        f"{', '.join(paths)}: over the limit of {limit} tokens per text (estimated), the maximum context length. "
    )
    advice = f"Shorten them, or send {field} to have them truncated."
    return EmbedderError("text_too_long", sentence + advice, param=paths[0])


async def _in_order(tasks: list[asyncio.Task[Answer]]) -> AsyncIterator[Answer]:
    while tasks:
        answer = await tasks[0]
        del tasks[0]
        yield answer
