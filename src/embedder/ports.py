"""Protocols for what the core needs from the runtime. `bindings/` implements them; the tests have fakes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

Clock = Callable[[], float]
"""Milliseconds since the epoch."""


class Lifetime(Protocol):
    """The time of one request: its deadline, and its upstream calls, which end with it."""

    @property
    def ends_ms(self) -> float:
        """The deadline, in milliseconds since the epoch."""
        ...

    @property
    def cached(self) -> int:
        """The number of texts whose vectors were kept in memory from an earlier call."""
        ...

    def is_over(self, now_ms: float) -> bool:
        """Return whether the deadline passed so long ago that a request which is alive would have ended."""
        ...

    def belong_to(self, caller: str) -> None:
        """Set the caller, a key or an address. One caller gets at most half of the isolate's memory."""
        ...

    def extend(self, ms: float) -> object:
        """Move the deadline to `ms` milliseconds from now."""
        ...

    async def sleep(self, ms: float) -> object:
        """Wait `ms` milliseconds, or until the request ends."""
        ...

    def finish_work(self, *, keep_answers: bool) -> object:
        """Release the memory of the body and the texts, and that of answers of the model, before the request ends."""
        ...

    async def hold(self, more: int) -> object:
        """Wait until `more` bytes are free than the body itself needs. Raises `rate_limited`."""
        ...

    async def yield_to_others(self) -> object:
        """Let other requests run in the middle of long work."""
        ...

    def close(self) -> object:
        """Stop the deadline, because the work is complete."""
        ...

    def abort(self, reason: str) -> object:
        """Stop every pending upstream call, because the work failed."""
        ...


Arguments = Callable[[Lifetime, tuple[str, ...], int], Awaitable[bytes]]
"""Returns the arguments of an RPC call as one JSON object, given names for positional arguments and a limit in bytes.

Raises EmbedderError if they are too many, too large, nested too deeply, or not plain data, or if there is no memory.
"""

Limiter = Callable[[Lifetime, str], Awaitable[bool]]
"""Returns whether the rate limit allows a request with this key."""


class Queue(Protocol):
    """A queue to send messages to."""

    async def send(self, lifetime: Lifetime, messages: list[str]) -> object:
        """Send at most 100 messages in one call: all are accepted, or none. Raises EmbedderError."""
        ...


class Batch(Protocol):
    """Messages that a queue delivers. Each is acknowledged or retried, by its position in the batch."""

    @property
    def queue(self) -> str: ...

    async def read(self, lifetime: Lifetime) -> str:
        """Return the next messages, at most 4 MiB of text, as JSON; an empty list after the last one.

        Raises `rate_limited` if there is no memory for them in time.
        """
        ...

    def acknowledge(self, positions: list[int]) -> object:
        """Remove messages from the queue."""
        ...

    def retry(self, positions: list[int], delay_s: int) -> object:
        """Have messages delivered again after `delay_s` seconds."""
        ...

    def retry_rest(self, delay_s: int) -> int:
        """Retry every message that was neither acknowledged nor retried. Return their number."""
        ...


class Answer(Protocol):
    """The outcome of one model call: a handle to its rows, or a fault.

    `fault` is "" for a valid answer: one row per text, each with 768 numbers that are finite as float32 and not all
    zero. Otherwise it is "http" (see `status` and `detail`), "type" (not JSON), "invalid" (`detail` says why),
    "timeout", "disconnected" (the client) or "broken" (the connection to the model).
    """

    @property
    def fault(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def detail(self) -> str: ...


class Vectors(Protocol):
    """A handle to vectors: those of an `Answer`, or those that a client sent."""


class Numbers(Protocol):
    """A handle to vectors or scores in their output format."""


class Model(Protocol):
    """Workers AI, and computations on its answers."""

    async def ask(
        self,
        lifetime: Lifetime,
        inputs: bytes,
        count: int,
        *,
        dimensions: int,
        encoding: str,
        reject_if_busy: bool,
        gateway: str,
        alone: bool,
        key: str,
    ) -> Answer:
        """Embed `count` texts; `inputs` is JSON. The answer can only be used for `dimensions` and `encoding`.

        `gateway` is the id of an AI Gateway, "" for the one of the Worker. With `alone`, the call uses nothing that is
        kept of other callers' texts. `key` is the label of the caller's key, see `access/labels.py`, or "".
        """
        ...

    async def reserve(self, lifetime: Lifetime, count: int, *, dimensions: int, encoding: str) -> None:
        """Wait until there is memory for the answers to `count` texts in several calls. Raises `rate_limited`.

        `dimensions` and `encoding` are those of the calls: they say what is kept of an answer.
        """
        ...

    def join(self, answers: list[Answer], dimensions: int, encoding: str) -> Numbers:
        """Return the rows of `answers`, in order. `encoding` may list several, separated by commas."""
        ...

    def similarity(self, answers: list[Answer], dimensions: int, *, source: bool) -> Numbers:
        """Return the cosines of the first row (the `source`) and the others, or of all pairs without a source."""
        ...


class Found(Protocol):
    """An answer of Vectorize. In the JSON `text`, the `values` of a vector are an index into the handle `values`."""

    @property
    def text(self) -> str: ...
    @property
    def values(self) -> object: ...


class Index(Protocol):
    """A Vectorize index."""

    async def call(self, lifetime: Lifetime, method: str, arguments: str, vectors: Vectors | None = None) -> Found:
        """Call a method of the binding with the JSON array `arguments`. Raises EmbedderError.

        `vectors` become the `values` of the documents to write, or the vector to search with.
        """
        ...

    async def reserve(self, lifetime: Lifetime, count: int) -> None:
        """Wait until there is memory for `count` stored vectors in answers. Raises `rate_limited`."""
        ...

    def axis(self, number: int) -> Vectors:
        """Return a vector to search with that has no meaning: 1 in one dimension, 0 in the others."""
        ...

    def merge(self, values: list[object]) -> object:
        """Concatenate the handles `values`."""
        ...

    def diverse(
        self, values: object, candidates: list[tuple[int, float]], count: int, diversity: float
    ) -> Sequence[int]:
        """Return the positions of at most `count` candidates by maximal marginal relevance, in order of choice.

        A candidate has the index of its vector in the handle `values`, and its score. The best candidate is first.
        """
        ...
