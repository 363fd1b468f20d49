"""What HTTP and RPC share: the parts of the application, error handling and the log line."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from embedder.context import LogLine, RequestContext
from embedder.embedding.embedder import Embedder
from embedder.errors import STATUS, EmbedderError
from embedder.live import LiveRequests
from embedder.ports import Clock, Limiter, Queue, Scope
from embedder.settings import Settings
from embedder.vectorize.store import Store

T = TypeVar("T")
_MAX_DETAIL_CHARS = 500


class App(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the application.

    `fault` names invalid variables of the Worker; it is logged and never sent. `version` is the id of this
    deployed version. `ingest` takes the documents to embed later, and `failed` those that can't be stored.
    """

    settings: Settings
    embedder: Embedder
    clock: Clock
    log: Callable[[str], object]
    index: Store | None = None
    limiter: Limiter | None = None
    ingest: Queue | None = None
    failed: Queue | None = None
    fault: str = ""
    version: str = ""
    live: LiveRequests = msgspec.field(default_factory=LiveRequests)

    def begin(self, scope: Scope, request_id: str, method: str, path: str) -> RequestContext:
        """Return the context of a new request."""
        now = self.clock()
        ends = now + self.settings.deadline_s * 1000
        log = LogLine(request_id=request_id, method=method, path=path)
        return RequestContext(scope=scope, began_ms=now, ends_ms=ends, log=log)

    @property
    def store(self) -> Store:
        """The operations on the index. Raises `vectorize_not_configured` if no index is bound."""
        if self.index is None:
            message = "No Vectorize index is bound: add [[vectorize]] to wrangler.toml."
            raise EmbedderError("vectorize_not_configured", message)
        return self.index

    @property
    def dead_letters(self) -> Queue:
        """The queue for documents that can't be stored. Raises `queue_not_configured` if none is bound."""
        if self.failed is None:
            message = 'No queue for failures is bound: add [[queues.producers]] with binding = "INGEST_FAILED".'
            raise EmbedderError("queue_not_configured", message)
        return self.failed


async def guarded(app: App, context: RequestContext, work: Callable[[], Awaitable[T]]) -> T | EmbedderError:
    """Return the result of `work`, or its error. An error stops all upstream calls of the request. Never raises."""
    task = app.live.enter(context)
    try:
        if app.fault:
            raise RuntimeError(app.fault)
        return await work()
    except GeneratorExit:  # a later request closed this one, see `live`
        context.log.status, context.log.code = STATUS["client_disconnected"], "client_disconnected"
        finish(app, context)
        raise
    except EmbedderError as error:
        failure = error
    except Exception as error:
        # the caller gets a generic message, the log gets the details
        context.log.detail = f"{type(error).__name__}: {error}"[:_MAX_DETAIL_CHARS]
        failure = EmbedderError("internal_error", "The service failed; the details were logged.")
    finally:
        app.live.leave(task)
    # The traceback references frames, which reference the texts and the error. Break this cycle to free the texts now.
    failure.__traceback__ = failure.__cause__ = failure.__context__ = None
    context.scope.abort("failed")
    context.log.status, context.log.code = failure.status, failure.code
    return failure


def finish(app: App, context: RequestContext) -> None:
    """Complete the log line and write it."""
    context.log.model_ms = round(context.log.model_ms, 1)
    context.log.total_ms = round(app.clock() - context.began_ms, 1)
    app.log(msgspec.json.encode(context.log).decode())
