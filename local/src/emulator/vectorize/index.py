"""The operations on the index. Callers pass the current time, in ms since the epoch."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from emulator.vectorize import errors, keys, records
from emulator.vectorize.keys import Property
from emulator.vectorize.ports import Database, Sent
from emulator.vectorize.query import Query
from emulator.vectorize.records import Vector
from emulator.vectorize.settings import Settings
from emulator.vectorize.storage import Mutation, Storage, Stored

MAX_GET_IDS = 20
MAX_DELETE_IDS = 100


class Found(msgspec.Struct, omit_defaults=True):
    """A vector in an answer. `values` is the number of its row, which `Database.fill` replaces with the numbers."""

    id: str
    score: float | msgspec.UnsetType = msgspec.UNSET
    values: int | msgspec.UnsetType = msgspec.UNSET
    metadata: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    namespace: str | msgspec.UnsetType = msgspec.UNSET


class Matches(msgspec.Struct):
    """The answer to a query: the nearest vectors, the nearest first."""

    count: int
    matches: list[Found]


class Info(msgspec.Struct, rename="camel"):
    """The answer to `describe`. The `processed` fields are null before the first write."""

    vector_count: int
    dimensions: int
    processed_up_to_datetime: str | None
    processed_up_to_mutation: str | None


class Accepted(msgspec.Struct, rename="camel"):
    """An accepted write. It becomes visible later."""

    mutation_id: str


class Index:
    """The index in a database. Every call first applies the writes that are due."""

    def __init__(self, database: Database, settings: Settings, now: float, new_id: Callable[[], str]) -> None:
        self.database = database
        self._storage = Storage(database)
        self._settings = settings
        self._new_id = new_id
        self._check_dimensions()
        self._properties = self._update_properties(now)
        self._storage.load(self._properties)
        self._pending = self._storage.mutations()
        self._progress = self._storage.progress()

    def _update_properties(self, now: float) -> list[Property]:
        """Create and delete metadata indexes to match the settings. A new one does not cover older vectors."""
        wanted = self._settings.properties
        for each in self._storage.properties():
            if wanted.get(each.name) != each.type:
                self._storage.remove_property(each.name)
        known = {each.name for each in self._storage.properties()}
        for name in wanted.keys() - known:
            self._storage.add_property(Property(name, wanted[name], now))
        return self._storage.properties()

    def _check_dimensions(self) -> None:
        stored, dimensions = self._storage.width(), self._settings.dimensions
        if stored not in (None, dimensions):
            raise ValueError(
                f"The stored vectors have {stored} dimensions, but DIMENSIONS is {dimensions}. "
                "The dimensions of an index can't change: delete the stored index, or restore DIMENSIONS."
            )

    def describe(self, now: float) -> Info:
        self._catch_up(now)
        mutation, written = self._progress or (None, None)
        time = None if written is None else _time(written)
        return Info(self.database.count, self._settings.dimensions, time, mutation)

    def write(self, operation: str, vectors: list[Vector], sent: Sent, now: float) -> Accepted:
        """Accept all vectors or none. The operation `insert` keeps existing vectors, `upsert` replaces them."""
        records.check_all(vectors, self._settings.dimensions)
        mutation = self._next(operation, now)
        self._storage.add_write(mutation, vectors, sent)
        return self._accept(mutation)

    def delete(self, ids: list[str], now: float) -> Accepted:
        _check_ids(ids, MAX_DELETE_IDS)
        mutation = self._next("delete", now)
        self._storage.add_deletion(mutation, ids)
        return self._accept(mutation)

    def get(self, ids: list[str], now: float) -> list[Found]:
        """Return the existing vectors, in the order of `ids`."""
        _check_ids(ids, MAX_GET_IDS)
        self._catch_up(now)
        found = self._storage.by_id(ids)
        return [self._found(found[each], values=True, metadata="all") for each in dict.fromkeys(ids) if each in found]

    def query(self, query: Query, sent: Sent, now: float) -> Matches:
        """`sent` has the vector of the query, unless the query names a stored vector.

        Scores are approximate unless the query asks for values, as those of the service.
        """
        self._catch_up(now)
        vector = self._vector(query, sent)
        among = keys.selection(query.namespace, query.conditions, self._properties)
        best = self.database.nearest(vector, self._settings.metric, query.top_k, among, exact=query.values)
        rows = self._storage.by_row([row for row, _ in best])
        found = [self._found(rows[row], score, values=query.values, metadata=query.metadata) for row, score in best]
        return Matches(len(found), found)

    def _vector(self, query: Query, sent: Sent) -> Sent | int:
        if query.vector_id is not None:
            records.check_id(query.vector_id)
            row = self._storage.row(query.vector_id)
            if row is None:
                raise errors.unknown_id(query.vector_id)
            return row
        if query.width != self._settings.dimensions:
            raise errors.query_width(self._settings.dimensions, query.width)
        return sent

    def _found(self, stored: Stored, score: float | None = None, *, values: bool, metadata: str) -> Found:
        found = Found(stored.id)
        if score is not None:
            found.score = round(score, 9)
        if values:
            found.values = stored.row
        text = stored.metadata if metadata == "all" else self._indexed(stored) if metadata == "indexed" else None
        if text:
            found.metadata = msgspec.Raw(text.encode())
        if stored.namespace:
            found.namespace = stored.namespace
        return found

    def _indexed(self, stored: Stored) -> str | None:
        values = stored.indexed(self._properties)
        return msgspec.json.encode(keys.nested(values)).decode() if values else None

    def _next(self, operation: str, now: float) -> Mutation:
        self._catch_up(now)
        number = self._pending[-1].number + 1 if self._pending else 1
        return Mutation(number, self._new_id(), operation, now, now + self._settings.delay_ms)

    def _accept(self, mutation: Mutation) -> Accepted:
        self._pending.append(mutation)
        return Accepted(mutation.id)

    def _catch_up(self, now: float) -> None:
        """Apply the writes that are due, in order. A write that is not due delays all later ones."""
        while self._pending and self._pending[0].due <= now:
            mutation = self._pending.pop(0)
            self._storage.apply(mutation, self._properties)
            self._progress = (mutation.id, mutation.written)


def _time(milliseconds: float) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_ids(ids: list[str], limit: int) -> None:
    if len(ids) > limit:
        raise errors.too_many_ids(limit, len(ids))
    for vector_id in ids:
        records.check_id(vector_id)
