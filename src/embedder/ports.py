"""What the core needs of the runtime, as Protocols. `bindings/` implements them; the tests have fakes."""

from collections.abc import Awaitable, Callable
from typing import Protocol

Clock = Callable[[], float]
"""Milliseconds since the epoch."""


class Scope(Protocol):
    """One request: its deadline, its client, and the upstream calls that end with them."""

    def extend(self, ms: float) -> object:
        """Move the deadline to `ms` milliseconds from now."""

    def abort(self, reason: str) -> object:
        """Stop every upstream call of the request that has not ended."""


Limiter = Callable[[Scope, str], Awaitable[bool]]
"""Returns whether the caller with this key may go on."""


class Answer(Protocol):
    """What came of one call of the model: a handle to its rows, or a fault.

    `fault` is "" for an answer that is right: one row for each text, of 768 numbers that are finite as float32 and not
    all zero. Otherwise it is "http" (`status` and `detail` hold the answer), "type" (not JSON), "invalid" (`detail`
    says why), "timeout", "gone" (the client left) or "broken" (the connection).
    """

    @property
    def fault(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def detail(self) -> str: ...


class Numbers(Protocol):
    """A handle to rows or cosines in the form in which they go out."""


class Model(Protocol):
    """Workers AI, and what is computed with its answers."""

    async def ask(
        self, scope: Scope, inputs: str, count: int, *, dimensions: int, with_floats: bool, reject_if_busy: bool
    ) -> Answer:
        """Ask for `count` texts; `inputs` is JSON. `with_floats`: more than the digits of the model is needed."""

    def join(self, answers: list[Answer], dimensions: int, encoding: str) -> Numbers:
        """Return the rows of `answers`, in order."""

    def similarity(self, answer: Answer, dimensions: int, *, source: bool) -> Numbers:
        """Return the cosines of the first row with the others if it is a `source`, else of all pairs."""


class Found(Protocol):
    """An answer of Vectorize. In the JSON `text`, `values` of a vector are its place in the handle `values`."""

    @property
    def text(self) -> str: ...
    @property
    def values(self) -> object: ...


class Index(Protocol):
    """A Vectorize index."""

    async def call(self, scope: Scope, method: str, arguments: str, answer: Answer | None = None) -> Found:
        """Call a method of the binding with the JSON array `arguments`; EmbedderError if it fails.

        The rows of `answer` become the `values` of the documents to write, or the vector to search with.
        """

    def merge(self, values: list[object]) -> object:
        """Return the handles `values` as one: places of the second follow those of the first."""
