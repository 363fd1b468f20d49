"""The state of one request: its lifetime, what its caller may do, and its log line."""

import msgspec

from embedder.access.scopes import NOTHING, Access
from embedder.ports import Lifetime


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
    tokens: int = 0  # of these texts, estimated
    cached: int = 0  # texts that the model was not called for
    queued: int = 0  # documents that the queue accepted
    written: int = 0  # of a batch from the queue, as the next two
    retried: int = 0
    failed: int = 0
    model_ms: float = 0.0
    total_ms: float = 0.0


class RequestContext(msgspec.Struct, kw_only=True, frozen=True):
    """The state of one HTTP or RPC request, or of one call for a batch of the queue."""

    lifetime: Lifetime
    began_ms: float
    log: LogLine
    access: Access = NOTHING  # nothing, until the caller is known
    reject_if_busy: bool = False  # fail instead of waiting for a busy model
    gateway: str = ""  # id of the AI Gateway for this request, instead of the one of the Worker
