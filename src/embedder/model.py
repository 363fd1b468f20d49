"""What the operations need of the model, and what they know of a request for it. Protocols and plain values; no I/O."""

import asyncio
from typing import Protocol

import msgspec


class Answer(Protocol):
    """An answer of the model that nobody has read yet. One of the ways to read it may be used, after `head` or not.

    `head` returns its first bytes without taking them from whoever passes it on later; `read` all its bytes; `float32`
    its numbers, row after row, as little-endian float32; `rows` its rows as the runtime holds them, checked to be
    `count` of 768 numbers. UpstreamInvalidError where it is not what it should be.
    """

    @property
    def status(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    async def head(self) -> bytes: ...
    async def read(self) -> bytes: ...
    async def float32(self) -> bytes: ...
    async def rows(self, count: int) -> object: ...


class Model(Protocol):
    """Workers AI. `inputs` is JSON text; an answer with an HTTP error is returned, not raised.

    `reject_if_busy` asks for an answer at once instead of a place in the queue; `client` is the runtime's own sign of a
    caller who has gone.
    """

    async def run(self, inputs: str, *, reject_if_busy: bool, client: object) -> Answer: ...


class Clock(Protocol):
    """Milliseconds since the epoch."""

    def __call__(self) -> float: ...


class Plan(msgspec.Struct, frozen=True):
    """Texts as the model will see them, and what is known of them before it is asked."""

    texts: list[str]
    task: str | None
    tokens: int
    truncated: list[int]


class Trace(msgspec.Struct):
    """One request: when it began, the runtime's sign of its client, and what it used."""

    began_ms: float
    client: object = None
    deadline: asyncio.Timeout | None = None
    model_ms: float = 0.0
    texts: int = 0

    def extend(self, seconds: float) -> None:
        """Move the deadline to `seconds` from now, for what the caller asked to wait for."""
        if self.deadline:
            self.deadline.reschedule(asyncio.get_running_loop().time() + seconds)
