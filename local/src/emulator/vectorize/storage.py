"""Stores an index in SQLite: its vectors, the writes that are not visible yet and its metadata indexes.

The vectors are also in memory, under the numbers of their rows.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from emulator.vectorize import keys
from emulator.vectorize.keys import Property
from emulator.vectorize.ports import Binding, Database, Row, Select, Sent
from emulator.vectorize.records import Vector

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
_MUTATED = (
    "SELECT mutated.id, namespace, metadata, vector, written"
    " FROM mutated JOIN mutations USING (number) WHERE number = ? ORDER BY place"
)
_APPLIED = {
    "insert": f"INSERT OR IGNORE INTO vectors {_MUTATED}",
    "upsert": f"INSERT OR REPLACE INTO vectors {_MUTATED}",
    "delete": "DELETE FROM vectors WHERE id IN (SELECT id FROM mutated WHERE number = ?)",
}
_TOUCHED = "SELECT rowid FROM vectors WHERE id IN (SELECT id FROM mutated WHERE number = ?)"
_TOUCHED_VECTORS = "SELECT rowid, vector FROM vectors WHERE id IN (SELECT id FROM mutated WHERE number = ?)"
_DROPPED_KEYS = (
    "DELETE FROM keys WHERE row IN (SELECT rowid FROM vectors WHERE id IN (SELECT id FROM mutated WHERE number = ?))"
)
_STORED = "SELECT rowid, id, namespace, metadata, written FROM vectors"
_WIDTH = (
    "SELECT length(vector) / 4 FROM (SELECT vector FROM vectors UNION ALL SELECT vector FROM mutated)"
    " WHERE vector NOT NULL LIMIT 1"
)

_metadata = msgspec.json.Decoder(dict[str, Any]).decode


class Stored(msgspec.Struct):
    """A visible vector without its values: metadata as JSON text, `written` in ms since the epoch."""

    row: int
    id: str
    namespace: str | None
    metadata: str | None
    written: float

    def indexed(self, properties: Iterable[Property]) -> dict[str, keys.Scalar]:
        """Return the indexed values."""
        return keys.indexed(_metadata(self.metadata), self.written, properties) if self.metadata else {}

    def selectable(self, properties: Iterable[Property]) -> dict[str, keys.Scalar]:
        """Return everything that a selection can test: the indexed values, and the namespace."""
        found = self.indexed(properties)
        return {keys.NAMESPACE: self.namespace, **found} if self.namespace else found


class Mutation(msgspec.Struct):
    """A numbered write. Times are in ms since the epoch; at `due` the write becomes visible."""

    number: int
    id: str
    operation: str
    written: float
    due: float


class Storage:
    """The tables of one index, and its vectors in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        for table in _TABLES:
            self._run(table)
        self._without_keys = not self._run("SELECT 1 FROM sqlite_master WHERE name = 'keys'")
        for table in keys.TABLES:
            self._run(table)

    def _run(self, statement: str, *bindings: Binding) -> Sequence[Row]:
        return self._database.rows(Select(statement, bindings))

    def properties(self) -> list[Property]:
        return [Property(*row) for row in self._run("SELECT name, type, since FROM properties ORDER BY name")]

    def add_property(self, each: Property) -> None:
        self._run("INSERT INTO properties VALUES (?, ?, ?)", each.name, each.type, each.since)

    def remove_property(self, name: str) -> None:
        self._run("DELETE FROM properties WHERE name = ?", name)
        self._run("DELETE FROM keys WHERE name = ?", name)

    def progress(self) -> tuple[str, float] | None:
        """Return the id and the time of the last visible write."""
        for row in self._run("SELECT id, written FROM progress"):
            return row[0], row[1]
        return None

    def width(self) -> int | None:
        """Return the number of dimensions of the stored vectors, which is the same for all, or None without vectors."""
        for row in self._run(_WIDTH):
            return int(row[0])
        return None

    def load(self, properties: Sequence[Property]) -> None:
        """Put all visible vectors into memory. If an earlier version wrote the tables, also compute the keys."""
        self._database.put(Select("SELECT rowid, vector FROM vectors"))
        batch = self._after(0) if self._without_keys else []
        while batch:
            self._add_keys(batch, properties)
            batch = self._after(batch[-1].row)

    def _after(self, row: int) -> list[Stored]:
        return self._stored("rowid > ? ORDER BY rowid LIMIT 1000", row)

    def row(self, vector_id: str) -> int | None:
        """Return the number of the row of a visible vector."""
        for row in self._run("SELECT rowid FROM vectors WHERE id = ?", vector_id):
            return int(row[0])
        return None

    def by_id(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Return the visible ones of at most 100 vectors."""
        return {each.id: each for each in self._stored(f"id IN ({', '.join('?' * len(ids))})", *ids)}

    def by_row(self, rows: Sequence[int]) -> dict[int, Stored]:
        """Return the vectors of at most 100 rows."""
        return {each.row: each for each in self._stored(f"rowid IN ({', '.join('?' * len(rows))})", *rows)}

    def _stored(self, condition: str, *bindings: Binding) -> list[Stored]:
        return [Stored(*row) for row in self._run(f"{_STORED} WHERE {condition}", *bindings)]

    def mutations(self) -> list[Mutation]:
        """Return the writes that are not visible yet, in order."""
        rows = self._run("SELECT number, id, operation, written, due FROM mutations ORDER BY number")
        return [Mutation(*row) for row in rows]

    def add_write(self, mutation: Mutation, vectors: Sequence[Vector], sent: Sent) -> None:
        """Keep a write of vectors until it is applied. `sent` has their values."""
        rows = [
            (mutation.number, place, each.id, each.namespace, _json(each.metadata))
            for place, each in enumerate(vectors)
        ]
        self._add(mutation)
        self._database.insert("INSERT INTO mutated VALUES (?, ?, ?, ?, ?, ?)", rows, sent)

    def add_deletion(self, mutation: Mutation, ids: Sequence[str]) -> None:
        """Keep a deletion until it is applied."""
        self._add(mutation)
        rows = [(mutation.number, place, vector_id) for place, vector_id in enumerate(ids)]
        self._database.insert("INSERT INTO mutated (number, place, id) VALUES (?, ?, ?)", rows)

    def _add(self, mutation: Mutation) -> None:
        self._run("INSERT INTO mutations VALUES (?, ?, ?, ?, ?)", *msgspec.structs.astuple(mutation))

    def apply(self, mutation: Mutation, properties: Sequence[Property]) -> None:
        """Make a write visible: in the tables, in the keys and in memory. Nothing else is touched."""
        number = mutation.number
        self._database.remove(Select(_TOUCHED, (number,)))
        self._run(_DROPPED_KEYS, number)
        self._run(_APPLIED[mutation.operation], number)
        self._database.put(Select(_TOUCHED_VECTORS, (number,)))
        self._add_keys(self._stored(f"rowid IN ({_TOUCHED})", number), properties)
        self._run("INSERT OR REPLACE INTO progress VALUES (1, ?, ?)", mutation.id, mutation.written)
        self._run("DELETE FROM mutated WHERE number = ?", number)
        self._run("DELETE FROM mutations WHERE number = ?", number)

    def _add_keys(self, vectors: Iterable[Stored], properties: Sequence[Property]) -> None:
        found = [(name, value, each.row) for each in vectors for name, value in each.selectable(properties).items()]
        self._database.rows(keys.insertion(found))


def _json(metadata: dict[str, Any] | None) -> str | None:
    return msgspec.json.encode(metadata).decode() if metadata else None
