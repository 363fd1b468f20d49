"""The state of one request: its deadline, its upstream calls and its log line."""

from collections.abc import Mapping
from typing import Any

import msgspec

from embedder.access import Access
from embedder.ports import Scope, Vectors

_NOT_LOGGED = ("scope", "access", "params", "vectors", "began_ms", "ends_ms", "reject_if_busy", "gateway")


class RequestContext(msgspec.Struct, kw_only=True):
    """The state of one HTTP or RPC request. It never contains a text, a vector or a key."""

    scope: Scope
    began_ms: float
    ends_ms: float  # deadline
    request_id: str
    method: str
    path: str
    access: Access = Access()  # nothing, until the caller is known
    reject_if_busy: bool = False  # fail instead of waiting for a busy model
    gateway: str = ""  # id of the AI Gateway for this request, instead of the one of the Worker
    params: Mapping[str, str] = {}  # from the path and the query string
    vectors: Vectors | None = None  # a handle to the vectors in the body
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

    def extend(self, ms: float, now_ms: float) -> None:
        """Move the deadline to `ms` milliseconds from now."""
        self.ends_ms = now_ms + ms
        self.scope.extend(ms)

    def log_line(self) -> str:
        """Return the log line: JSON without empty fields."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in _LOGGED}
        return msgspec.json.encode({name: value for name, value in fields.items() if value}).decode()


_LOGGED = tuple(name for name in RequestContext.__struct_fields__ if name not in _NOT_LOGGED)
