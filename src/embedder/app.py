"""What HTTP and RPC share: the parts of the application, error handling and the log line."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from embedder.access.scopes import NOTHING, Access
from embedder.context import LogLine, RequestContext
from embedder.embedding.embedder import Embedder
from embedder.errors import STATUS, EmbedderError
from embedder.live import LiveRequests
from embedder.ports import Clock, Lifetime, Limiter, Queue
from embedder.settings import Settings

if TYPE_CHECKING:  # not imported, because `vectorize/` can be left out
    from embedder.vectorize.store import Store

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
    store: "Store | None" = None
    limiter: Limiter | None = None
    ingest: Queue | None = None
    failed: Queue | None = None
    fault: str = ""
    version: str = ""
    live: LiveRequests = msgspec.field(default_factory=LiveRequests)

    def begin(
        self, lifetime: Lifetime, request_id: str, method: str, path: str, access: Access = NOTHING
    ) -> RequestContext:
        """Return the context of a new request."""
        log = LogLine(request_id=request_id, method=method, path=path)
        return RequestContext(lifetime=lifetime, began_ms=self.clock(), log=log, access=access)

    def require_store(self) -> "Store":
        """Return the operations on the index. Raises `vectorize_not_configured` if no index is bound."""
        if self.store is None:
            message = "No Vectorize index is bound: add [[vectorize]] to wrangler.toml."
            raise EmbedderError("vectorize_not_configured", message)
        return self.store

    @property
    def dead_letters(self) -> Queue:
        """The queue for documents that can't be stored. Raises `queue_not_configured` if none is bound."""
        if self.failed is None:
            message = 'No queue for failures is bound: add [[queues.producers]] with binding = "INGEST_FAILED".'
            raise EmbedderError("queue_not_configured", message)
        return self.failed


class Guard:
    """Surrounds the work of a request: `with Guard(app, context) as guard`. If the work fails, `guard.error` says why.

    An error stops all upstream calls of the request.
    """

    error: EmbedderError  # only after a failure

    def __init__(self, app: App, context: RequestContext) -> None:
        self._app = app
        self._context = context

    def __enter__(self) -> "Guard":
        self._task = self._app.live.enter(self._context)
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        self._app.live.leave(self._task)
        if isinstance(error, Exception):
            self.error = _failure(error, self._context.log)
            self._context.lifetime.abort("failed")
            return True
        if isinstance(error, GeneratorExit):  # a later request closed this one, see `live`
            log = self._context.log
            log.status, log.code = STATUS["client_disconnected"], "client_disconnected"
            finish(self._app, self._context)
        return False


def _failure(error: Exception, log: LogLine) -> EmbedderError:
    """Return the error for the caller."""
    if isinstance(error, EmbedderError):
        failure = error
    else:  # the caller gets a generic message, the log gets the details
        log.detail = f"{type(error).__name__}: {error}"[:_MAX_DETAIL_CHARS]
        failure = EmbedderError("internal_error", "The service failed; the details were logged.")
    # The traceback references frames, which reference the texts and the error. Break this cycle to free the texts now.
    failure.__traceback__ = failure.__cause__ = failure.__context__ = None
    log.status, log.code = failure.status, failure.code
    return failure


def finish(app: App, context: RequestContext) -> None:
    """Complete the log line and write it."""
    context.log.cached = context.lifetime.cached
    context.log.model_ms = round(context.log.model_ms, 1)
    context.log.total_ms = round(app.clock() - context.began_ms, 1)
    app.log(msgspec.json.encode(context.log).decode())
