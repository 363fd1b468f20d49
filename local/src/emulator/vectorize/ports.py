"""What the emulator needs from the runtime. No number of a vector reaches the package, only opaque handles.

`local/src/runtime/` implements it in JavaScript. `tests/emulator/plain.py` implements it in Python, for tests under
CPython. `tests/emulator/conformance.py` is the test of both.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

Binding = str | float | None
Row = Sequence[Any]

# Where a body contains vectors: nowhere, in its field `vector`, in `values` of its list `vectors`, or in `values` of
# the object in each line.
Form = Literal["", "vector", "vectors", "lines"]


class Select(NamedTuple):
    """A SELECT statement and its bindings."""

    statement: str
    bindings: tuple[Binding, ...] = ()


class Shape(msgspec.Struct, frozen=True):
    """Takes the place of a vector in JSON. `width` is -1 if it was not an array of numbers.

    `finite` tells whether every number is finite as float32.
    """

    width: int
    finite: bool


class Sent(msgspec.Struct, frozen=True):
    """The body of a request: JSON with a Shape in the place of each vector, and a handle to the vectors."""

    text: bytes
    vectors: Any


class Database(Protocol):
    """A SQLite database, and vectors in memory that are numbered like the rows of a table."""

    @property
    def count(self) -> int:
        """The number of vectors in memory."""

    def rows(self, select: Select) -> Sequence[Row]:
        """Run any statement and return its rows, which must not contain blobs."""

    def insert(self, statement: str, rows: Sequence[Sequence[Binding]], sent: Sent | None = None) -> None:
        """Run a statement for each row of bindings. With `sent`, its vector of the same position is the last binding.

        A vector is a blob of float32.
        """

    def put(self, select: Select) -> None:
        """Put vectors into memory: the statement selects the number of a row and its blob."""

    def remove(self, select: Select) -> None:
        """Remove vectors from memory: the statement selects numbers of rows. Unknown ones are ignored."""

    def nearest(
        self, query: "Sent | int", metric: str, count: int, among: Select | None, *, exact: bool
    ) -> list[tuple[int, float]]:
        """Return the `count` rows with the best scores, the best first. Equal scores are in the order of row numbers.

        `query` is a request with one vector, or the number of a row. `among` selects rows; None stands for all.
        Scores that are not `exact` are those of quantised vectors.
        """

    def take(self, body: Any, form: Form) -> Sent:  # noqa: ANN401 of the runtime
        """Take the vectors out of a body. Text that is not JSON is left as it is; a line that is not, becomes null."""

    def fill(self, text: bytes) -> Any:  # noqa: ANN401 of the runtime
        """Return the body of an answer: JSON in which `values` is the number of a row gets that row's vector."""
