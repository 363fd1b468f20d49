"""Stores an index in SQLite: its vectors, the writes that are not visible yet and its metadata indexes."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec

from emulator.vectorize import records
from emulator.vectorize.filters import Property
from emulator.vectorize.records import Record

_TABLES = (
    "CREATE TABLE IF NOT EXISTS vectors"
    " (id TEXT PRIMARY KEY, namespace TEXT, metadata TEXT, vector BLOB NOT NULL, written REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS mutations"
    " (number INTEGER PRIMARY KEY, id TEXT NOT NULL, operation TEXT NOT NULL,"
    " written REAL NOT NULL, due REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS mutated"
    " (number INTEGER NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL, namespace TEXT, metadata TEXT, vector BLOB,"
    " PRIMARY KEY (number, place)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS properties (name TEXT PRIMARY KEY, type TEXT NOT NULL, since REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS progress (one INTEGER PRIMARY KEY, id TEXT NOT NULL, written REAL NOT NULL)",
)
_VECTORS = "SELECT id, namespace, metadata, vector, written FROM vectors ORDER BY rowid"
_MUTATED = (
    "SELECT mutated.id, namespace, metadata, vector, written"
    " FROM mutated JOIN mutations USING (number) WHERE number = ? ORDER BY place"
)
_APPLIED = {
    "insert": f"INSERT OR IGNORE INTO vectors {_MUTATED}",
    "upsert": f"INSERT OR REPLACE INTO vectors {_MUTATED}",
    "delete": "DELETE FROM vectors WHERE id IN (SELECT id FROM mutated WHERE number = ?)",
}
# a Durable Object binds at most 100 values per statement, and a row has 6
_ROWS_A_STATEMENT = 16

_Row = tuple[str, str | None, str | None, bytes | None]


class Sql(Protocol):
    """Runs one statement and returns its rows. Blobs are bytes, NULL is None."""

    def __call__(self, statement: str, *bindings: str | float | bytes | None) -> Iterable[Sequence[Any]]: ...


class Mutation(msgspec.Struct):
    """A numbered write. Times are in ms since the epoch; at `due` the write becomes visible."""

    number: int
    id: str
    operation: str
    written: float
    due: float
    records: list[Record] = []
    ids: list[str] = []


class Storage:
    """The tables of one index."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        for table in _TABLES:
            sql(table)

    def properties(self) -> list[Property]:
        return [Property(*row) for row in self._sql("SELECT name, type, since FROM properties ORDER BY name")]

    def add_property(self, each: Property) -> None:
        self._sql("INSERT INTO properties VALUES (?, ?, ?)", each.name, each.type, each.since)

    def remove_property(self, name: str) -> None:
        self._sql("DELETE FROM properties WHERE name = ?", name)

    def progress(self) -> tuple[str, float] | None:
        """Return the id and the time of the last visible write."""
        for row in self._sql("SELECT id, written FROM progress"):
            return row[0], row[1]
        return None

    def vectors(self, properties: Sequence[Property]) -> list[Record]:
        return [records.stored(row, properties) for row in self._sql(_VECTORS)]

    def mutations(self, properties: Sequence[Property]) -> list[Mutation]:
        """Return the writes that are not visible yet, in order."""
        rows = self._sql("SELECT number, id, operation, written, due FROM mutations ORDER BY number")
        found = [Mutation(*row) for row in rows]
        for each in found:
            self._fill(each, properties)
        return found

    def _fill(self, mutation: Mutation, properties: Sequence[Property]) -> None:
        rows = self._sql(_MUTATED, mutation.number)
        if mutation.operation == "delete":
            mutation.ids = [row[0] for row in rows]
        else:
            mutation.records = [records.stored(row, properties) for row in rows]

    def add(self, mutation: Mutation) -> None:
        head = (mutation.number, mutation.id, mutation.operation, mutation.written, mutation.due)
        self._sql("INSERT INTO mutations VALUES (?, ?, ?, ?, ?)", *head)
        rows: list[_Row] = [
            (each.id, each.namespace, each.metadata, each.values.tobytes()) for each in mutation.records
        ]
        rows += [(vector_id, None, None, None) for vector_id in mutation.ids]
        for first in range(0, len(rows), _ROWS_A_STATEMENT):
            self._add_rows(mutation.number, first, rows[first : first + _ROWS_A_STATEMENT])

    def _add_rows(self, number: int, first: int, rows: list[_Row]) -> None:
        placeholders = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(rows))
        bindings = [value for index, row in enumerate(rows, first) for value in (number, index, *row)]
        self._sql(f"INSERT INTO mutated VALUES {placeholders}", *bindings)  # noqa: S608 only question marks

    def apply(self, mutation: Mutation) -> None:
        """Make a write visible."""
        self._sql(_APPLIED[mutation.operation], mutation.number)
        self._sql("INSERT OR REPLACE INTO progress VALUES (1, ?, ?)", mutation.id, mutation.written)
        self._sql("DELETE FROM mutated WHERE number = ?", mutation.number)
        self._sql("DELETE FROM mutations WHERE number = ?", mutation.number)
