"""What was written to which service, on disk: an interrupted import continues where it stopped.

A document is announced before it is sent, and entered after the service has accepted it. Each of these is on the disk
before the next step begins. A document that was announced only is sent again, under the same id.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from random import randint

from embedder_cli.importer.documents import Item, Location

_SCHEMA = """
CREATE TABLE IF NOT EXISTS journal_of (source TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY, service TEXT NOT NULL, id TEXT NOT NULL, namespace TEXT, file TEXT,
    digest BLOB, truncated INTEGER NOT NULL DEFAULT 0, accepted_at REAL, queued INTEGER NOT NULL DEFAULT 0,
    read_from TEXT,
    UNIQUE (service, id)
);
"""
_ADDED = {"queued": "INTEGER NOT NULL DEFAULT 0", "read_from": "TEXT"}  # columns that earlier versions do not have
_RUN = """
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA synchronous = FULL;
PRAGMA temp_store = FILE;
CREATE TEMP TABLE seen (id TEXT PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE files (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE kept (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_ANNOUNCE = """
INSERT INTO documents (service, id, namespace, file, read_from) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (service, id) DO UPDATE
SET digest = NULL, namespace = excluded.namespace, file = excluded.file, read_from = excluded.read_from
"""
_STALE = """
SELECT number, id, coalesce(read_from, file) FROM documents WHERE service = ? AND namespace IS ? AND number > ?
AND id NOT IN (SELECT id FROM temp.seen) AND (? OR file IN (SELECT name FROM temp.files)) ORDER BY number LIMIT ?
"""


class JournalError(Exception):
    """The journal can't be used; the message is one sentence to act on."""


@dataclass(frozen=True)
class Entry:
    """A document that was sent. `digest` is None until it is known to be accepted."""

    digest: bytes | None
    truncated: bool
    namespace: str | None


@dataclass(frozen=True)
class Sampled:
    """An accepted document that the index must have."""

    id: str
    namespace: str | None
    accepted_at: float


class Journal:
    """The journal of one source, and its entries for one service. Without a path it is temporary.

    `read_only` works on a copy, and needs no file.
    """

    def __init__(
        self,
        path: Path | None,
        service: str,
        *,
        source: str = "",
        namespace: str | None = None,
        read_only: bool = False,
    ) -> None:
        self._service = service
        self._namespace = namespace
        try:
            self._database = _open(path, read_only)
            self._check_source(path, source)
        except (sqlite3.Error, OSError) as error:
            message = f"The journal {path} can't be used ({error}). Is another import running? --journal names another."
            raise JournalError(message) from error

    def _check_source(self, path: Path | None, source: str) -> None:
        row = self._database.execute("SELECT source FROM journal_of").fetchone()
        if row is None:
            self._database.execute("INSERT INTO journal_of VALUES (?)", (source,))
        elif row[0] != source:
            raise JournalError(f"The journal {path} belongs to {row[0]!r}, not to {source!r}; name another --journal.")

    def first_location(self, name: str, location: Location) -> Location | None:
        """Remember that this run has read the id; return where it has read it before."""
        row = self._database.execute("SELECT file, line FROM temp.seen WHERE id = ?", (name,)).fetchone()
        if row:
            return Location(*row)
        self._database.execute("INSERT INTO temp.seen VALUES (?, ?, ?)", (name, location.file, location.line))
        return None

    def end_file(self, name: str) -> None:
        """Remember that this run has read the whole file."""
        self._database.execute("INSERT OR IGNORE INTO temp.files VALUES (?)", (name,))

    def keep_file(self, name: str) -> None:
        """Remember that this run has not read a file or a folder that is there: nothing of it is stale."""
        self._database.execute("INSERT OR IGNORE INTO temp.kept VALUES (?)", (name,))

    def entry(self, name: str) -> Entry | None:
        """Return the entry of a document."""
        query = "SELECT digest, truncated, namespace FROM documents WHERE service = ? AND id = ?"
        row = self._database.execute(query, (self._service, name)).fetchone()
        return Entry(row[0], bool(row[1]), row[2]) if row else None

    def announce(self, items: Sequence[Item]) -> None:
        """Note on the disk that these documents are about to be sent."""
        rows = [(self._service, item.id, self._namespace, item.part_of, item.location.file) for item in items]
        self._write(_ANNOUNCE, rows)

    def enter(self, items: Sequence[tuple[Item, bool]], *, queued: bool = False) -> None:
        """Note on the disk that these documents were accepted, each with whether it was truncated.

        `queued`: the ingestion queue has accepted them. Whether they are in the index is not known.
        """
        now = time.time()
        rows = [(item.digest, truncated, now, queued, self._service, item.id) for item, truncated in items]
        columns = "digest = ?, truncated = ?, accepted_at = ?, queued = ?"
        self._write(f"UPDATE documents SET {columns} WHERE service = ? AND id = ?", rows)  # noqa: S608

    def remove(self, names: Sequence[str]) -> None:
        """Forget documents that were removed from the index."""
        rows = [(self._service, name) for name in names]
        self._write("DELETE FROM documents WHERE service = ? AND id = ?", rows)

    def forget_contents(self) -> None:
        """Make every document look changed. The ids stay known, so that they can be removed from the index."""
        self._write(
            "UPDATE documents SET digest = NULL, namespace = ? WHERE service = ?", [(self._namespace, self._service)]
        )

    def stale(self, *, everywhere: bool, page: int) -> Iterator[list[str]]:
        """Yield ids that this run has not read: of the files that it has read, or of all files and records.

        Documents that were imported into another namespace are not stale.
        """
        last, of = 0, (self._service, self._namespace)
        while rows := self._database.execute(_STALE, (*of, last, everywhere, page)).fetchall():
            last = rows[-1][0]
            if names := [name for _, name, file in rows if not self._is_kept(file)]:
                yield names

    def _is_kept(self, file: str | None) -> bool:
        """Return whether a file, or a folder around it, was not read. A record divided into chunks is `FILE\nID`."""
        path = PurePosixPath((file or "").partition("\n")[0])
        query = "SELECT 1 FROM temp.kept WHERE name = ?"
        return any(self._database.execute(query, (str(name),)).fetchone() for name in (path, *path.parents))

    def sample(self, size: int) -> list[Sampled]:
        """Return some documents that the index accepted, at random. Ids with commas can't be looked up by HTTP."""
        query = """
            SELECT id, namespace, accepted_at FROM documents WHERE number >= ? AND service = ? AND digest IS NOT NULL
            AND NOT queued AND instr(id, ',') = 0 ORDER BY number LIMIT 1
        """
        [last] = self._database.execute("SELECT coalesce(max(number), 0) FROM documents").fetchone()
        starts = {1} | {randint(1, max(1, last)) for _ in range(size - 1)}  # noqa: S311
        rows = (self._database.execute(query, (start, self._service)).fetchone() for start in starts)
        return list({row[0]: Sampled(*row) for row in rows if row}.values())

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(statement, rows)
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()


def _open(path: Path | None, read_only: bool) -> sqlite3.Connection:
    if path is None or read_only:
        database = sqlite3.connect("", isolation_level=None)  # a temporary database on the disk
        if path and path.exists():
            _copy(path, database)
    else:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        database = sqlite3.connect(path, isolation_level=None, timeout=1)
    database.executescript(_RUN)
    database.executescript(f"BEGIN EXCLUSIVE; {_SCHEMA} COMMIT;")
    known = {name for (name,) in database.execute("SELECT name FROM pragma_table_info('documents')")}
    for name in _ADDED.keys() - known:
        database.execute(f"ALTER TABLE documents ADD COLUMN {name} {_ADDED[name]}")
    return database


def _copy(path: Path, database: sqlite3.Connection) -> None:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=1)) as stored:
        # a lock that is held for the copy, because `backup` would wait for one without a limit
        stored.execute("BEGIN")
        stored.execute("SELECT count(*) FROM sqlite_master").fetchone()
        stored.backup(database)
