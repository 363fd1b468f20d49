"""The lifetime of a request: its deadline, its client, and its upstream calls. requests/request.js keeps it."""

from typing import Any

from workers import import_from_javascript

from embedder.errors import busy
from embedder.settings import Settings

_js = import_from_javascript("bindings/requests/request.js")
_GRACE_MS: float = _js.GRACE_MS


class Lifetime:
    """The lifetime of a request. `scope` is the object of JavaScript, which `request` makes for an HTTP request."""

    cached = 0
    alone = False  # whether it shares no more calls of the model, see batcher/shared.py

    def __init__(self, settings: Settings, request: Any = None) -> None:
        self.scope: Any = _js.open(settings.deadline_s * 1000, request)
        self.ends_ms: float = self.scope.ends  # a copy, because reading it from JavaScript takes longer

    def belong_to(self, caller: str) -> None:
        self.scope.caller = caller

    def is_over(self, now_ms: float) -> bool:
        return self.ends_ms + _GRACE_MS < now_ms

    def extend(self, ms: float) -> None:
        self.ends_ms = self.scope.extend(ms)

    async def sleep(self, ms: float) -> None:
        await self.scope.sleep(ms)

    def finish_work(self, *, keep_answers: bool) -> None:
        self.scope.finishWork(keep_answers)

    async def hold(self, more: int) -> None:
        if not await self.scope.hold(more):
            raise busy()

    async def yield_to_others(self) -> None:
        await self.scope.yieldToOthers()

    def close(self) -> None:
        self.scope.close()

    def abort(self, reason: str) -> None:
        self.scope.abort(reason)
