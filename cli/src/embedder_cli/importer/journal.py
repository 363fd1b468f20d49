"""What was written where, kept on disk: an interrupted import goes on where it stopped.

A document is entered after the service accepted it, and the entry has reached the disk before the next one begins. What
was accepted and not yet entered when the process died is sent again, under the same id: the index has it once.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from embedder_cli.importer.documents import Item, Place

_SCHEMA = """
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA synchronous = FULL;
PRAGMA temp_store = FILE;
CREATE TABLE IF NOT EXISTS accepted (
    target TEXT, id TEXT, digest BLOB NOT NULL, cut INTEGER NOT NULL, PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TEMP TABLE seen (id TEXT PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL) WITHOUT ROWID;
"""


class JournalError(Exception):
    """The journal can't be used; the message is one sentence to act on."""


class Journal:
    """The entries for one target: an address and a namespace. Without a path it is forgotten at the end."""

    def __init__(self, path: Path | None, target: str) -> None:
        self._target = target
        try:
            self._database = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=1)
            self._database.executescript(_SCHEMA)
            self._database.executescript("BEGIN EXCLUSIVE; COMMIT;")
        except sqlite3.Error as error:
            raise JournalError(f"The journal {path} can't be used ({error}); is another import running?") from error

    def first_place(self, item: Item) -> Place | None:
        """Remember that this run has met the id; return where it had met it before."""
        row = self._database.execute("SELECT file, line FROM temp.seen WHERE id = ?", (item.id,)).fetchone()
        if row:
            return Place(*row)
        self._database.execute("INSERT INTO temp.seen VALUES (?, ?, ?)", (item.id, item.place.file, item.place.line))
        return None

    def written(self, item: Item) -> bool | None:
        """Return None unless just this document was accepted before, and then whether it was too long."""
        query = "SELECT digest, cut FROM accepted WHERE target = ? AND id = ?"
        row = self._database.execute(query, (self._target, item.id)).fetchone()
        return bool(row[1]) if row and row[0] == item.digest else None

    def enter(self, items: Sequence[tuple[Item, bool]]) -> None:
        """Enter accepted documents, each with whether it was too long. They are on the disk when this returns."""
        rows = [(self._target, item.id, item.digest, cut) for item, cut in items]
        self._database.execute("BEGIN")
        self._database.executemany("INSERT OR REPLACE INTO accepted VALUES (?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()
