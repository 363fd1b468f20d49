"""Consumes the ingestion queue: embeds and stores documents, and settles every message.

A message is acknowledged only after its document was accepted by the index, or after its dead letter was accepted by
the queue for failures. A document that can't be stored fails alone: the batch is halved until it is found.
"""

from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from embedder.access.scopes import NOTHING, Access
from embedder.app import App, Guard, finish
from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.operations import documents, messages
from embedder.ports import Batch, Lifetime
from embedder.queue import redelivery
from embedder.queue.items import QueuedDocument, Received, access_of, by_access, joined, one_per_id
from embedder.queue.letters import dead_letter
from embedder.queue.redelivery import LONGEST_DELAY_S, MAX_ATTEMPTS, PERMANENT
from embedder.settings import LARGE_BYTES

MAX_CALLS = 100  # of the model, per batch; the rest of the batch is retried
MAX_BATCH_S = 600  # until no more calls start; Queues ends a consumer after 15 minutes (Queues, Limits)
MAX_FAILURES_IN_A_ROW = 10  # more than it takes to find one document of 100: the service is at fault

_FAULTS = {
    "not_text": "The message is not text.",
    "too_large": "The message is too large.",
    "too_deep": "The message is nested too deeply.",
    "too_many_values": "The message has too many values.",
}

_decoder = msgspec.json.Decoder(list[Received])


async def handle(app: App, open_lifetime: Callable[[], Lifetime], request_id: str, batch: Batch) -> None:
    """Settle every message of a batch. Never raises. Each call gets a lifetime of its own."""
    context = app.begin(open_lifetime(), request_id, "QUEUE", batch.queue[:200])
    with Guard(app, context):
        if app.fault:
            raise RuntimeError(app.fault)
        await _Consumer(app, context, open_lifetime, batch).run()
        context.lifetime.close()
        context.log.status = 200
    lacks_memory = context.log.code == "rate_limited"
    context.log.retried += batch.retry_rest(redelivery.FIRST_DELAY_S if lacks_memory else LONGEST_DELAY_S)
    finish(app, context)


class _Consumer:
    """Processes one batch."""

    def __init__(self, app: App, context: RequestContext, open_lifetime: Callable[[], Lifetime], batch: Batch) -> None:
        self._app = app
        self._context = context
        self._open_lifetime = open_lifetime
        self._batch = batch
        self._calls = 0
        self._letters: list[tuple[Received, str]] = []

    async def run(self) -> None:
        while received := _decoder.decode(await self._batch.read(self._context.lifetime)):
            items: list[QueuedDocument] = []
            chars = 0
            for message in received:  # the tokens of a large one take as long as those of a large body
                if (chars := chars + len(message.body)) > LARGE_BYTES:
                    await self._context.lifetime.yield_to_others()
                    chars = len(message.body)
                if item := self._prepared(message):
                    items.append(item)
            self._context.log.texts += len(items)
            # first what leaves stored ids as they are: the result is the same in every order
            for mode in ("insert", "upsert"):
                if of_mode := [item for item in items if item.mode == mode]:
                    for own in by_access(one_per_id(of_mode, mode)).values():
                        await self._store(own)
            if self._letters:
                await self._send_letters()

    def _prepared(self, received: Received) -> QueuedDocument | None:
        """Check a message as a request is checked. A message that fails gets a dead letter."""
        name = None
        try:
            if received.fault:
                raise EmbedderError("invalid_request", _FAULTS[received.fault])
            message = messages.decode(received.body)
            name = message.document.id
            [row] = documents.check([message.document], message)
            prepared = documents.add_prompts(self._app, [message.document], message, reported=False)
            return QueuedDocument(received, message.mode, access_of(message), row, prepared)
        except EmbedderError as error:
            self._fail(received, name, error)
            return None

    async def _store(self, items: list[QueuedDocument]) -> None:
        """Store documents of one mode. If a part fails that one document may make fail, try its halves."""
        waiting = [items]
        failures = 0
        while waiting and not self._is_spent():
            part = waiting.pop()
            if (error := await self._attempt(part)) is None:
                failures = 0
                self._acknowledge(part)
                continue
            failures += error.code not in PERMANENT
            attempts = max(item.received.attempts for item in part)
            if failures >= MAX_FAILURES_IN_A_ROW or not redelivery.may_concern_one(error, attempts):
                return self._retry([item for rest in (part, *waiting) for item in rest], error)
            if len(part) == 1:
                self._reject(part[0], error)
            else:
                waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
        if waiting:
            self._put_back([received for part in waiting for item in part for received in item.deliveries], 0)
        return None

    def _is_spent(self) -> bool:
        """Return whether the batch has used up its calls or its time."""
        return self._calls >= MAX_CALLS or self._app.clock() - self._context.began_ms > MAX_BATCH_S * 1000

    async def _attempt(self, part: list[QueuedDocument]) -> EmbedderError | None:
        """Embed and store in one call each. Return the error."""
        self._calls += 1
        done = self._context.log.texts
        context = self._context_of_call(part[0].access)
        try:
            rows = [item.row for item in part]
            await documents.write(self._app, context, rows, joined(part), mode=part[0].mode)
        except EmbedderError as error:
            context.lifetime.abort("failed")
            error.__traceback__ = error.__cause__ = error.__context__ = None  # their frames hold the texts
            context.log.code = error.code
            return error
        finally:
            context.log.texts = done
        context.lifetime.close()
        return None

    def _context_of_call(self, access: Access) -> RequestContext:
        """Return the context of the next call, and move the deadline of the batch with it."""
        self._context.lifetime.extend(self._app.settings.deadline_s * 1000)
        return replace(self._context, lifetime=self._open_lifetime(), access=access)

    def _acknowledge(self, items: list[QueuedDocument]) -> None:
        positions = [received.position for item in items for received in item.deliveries]
        self._batch.acknowledge(positions)
        self._context.log.written += len(positions)

    def _reject(self, item: QueuedDocument, error: EmbedderError) -> None:
        """Settle a document that fails alone."""
        if error.code not in PERMANENT:
            return self._retry([item], error, redelivery.attempts_alone(error))
        self._fail(item.received, item.row.id, error)
        return self._put_back(item.older, 0)

    def _retry(self, items: Iterable[QueuedDocument], error: EmbedderError, limit: int = MAX_ATTEMPTS) -> None:
        """Retry messages after a delay. After `limit` attempts they get a dead letter."""
        for item in items:
            for received in item.deliveries:
                if received.attempts >= limit:
                    self._fail(received, item.row.id, error)
                else:
                    self._put_back([received], redelivery.delay_s(received.attempts, error))

    def _put_back(self, received: list[Received], delay_s: int) -> None:
        self._batch.retry([message.position for message in received], delay_s)
        self._context.log.retried += len(received)

    def _fail(self, received: Received, name: str | None, error: EmbedderError) -> None:
        """Write a dead letter. It is sent after the documents were stored."""
        self._context.log.code = error.code
        now_ms, whole = self._app.clock(), not received.fault
        letter = dead_letter(received.body, name, error, attempts=received.attempts, now_ms=now_ms, whole=whole)
        self._letters.append((received, letter))

    async def _send_letters(self) -> None:
        """Send the dead letters, and then acknowledge their messages. If that fails, retry them."""
        letters, self._letters = self._letters, []
        sent = 0
        try:
            for part in messages.batches([letter for _, letter in letters]):
                await self._send(part)
                self._batch.acknowledge([received.position for received, _ in letters[sent : sent + len(part)]])
                sent += len(part)
        except EmbedderError as error:
            self._context.log.code = error.code
            self._put_back([received for received, _ in letters[sent:]], LONGEST_DELAY_S)
        self._context.log.failed += sent

    async def _send(self, letters: list[str]) -> None:
        lifetime = self._context_of_call(NOTHING).lifetime
        try:
            await self._app.dead_letters.send(lifetime, letters)
        except EmbedderError:
            lifetime.abort("failed")
            raise
        lifetime.close()
