"""The state of one request: its deadline, its upstream calls and its log line."""

from collections.abc import Mapping

import msgspec

from embedder.access.scopes import Access
from embedder.ports import Scope, Vectors


class LogLine(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The line that is logged for a request, as JSON without empty fields. It has no text, vector or key."""

    request_id: str
    method: str
    path: str
    status: int = 0
    code: str = ""
    detail: str = ""  # of an internal error, for the operator
    key: str = ""  # name of the caller's key
    texts: int = 0
    queued: int = 0  # documents that the queue accepted
    written: int = 0  # of a batch from the queue, as the next two
    retried: int = 0
    failed: int = 0
    model_ms: float = 0.0
    total_ms: float = 0.0


class RequestContext(msgspec.Struct, kw_only=True):
    """The state of one HTTP or RPC request."""

    scope: Scope
    began_ms: float
    ends_ms: float  # deadline
    log: LogLine
    access: Access = Access()  # nothing, until the caller is known
    reject_if_busy: bool = False  # fail instead of waiting for a busy model
    gateway: str = ""  # id of the AI Gateway for this request, instead of the one of the Worker
    params: Mapping[str, str] = {}  # from the path and the query string
    vectors: Vectors | None = None  # a handle to the vectors in the body

    def extend(self, ms: float, now_ms: float) -> None:
        """Move the deadline to `ms` milliseconds from now."""
        self.ends_ms = now_ms + ms
        self.scope.extend(ms)
