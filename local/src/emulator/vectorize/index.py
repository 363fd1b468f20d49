"""The operations on the index. Callers pass the current time, in ms since the epoch."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from emulator.vectorize import errors, filters, records, similarity
from emulator.vectorize.filters import Property
from emulator.vectorize.query import Query
from emulator.vectorize.records import Record, Vector
from emulator.vectorize.settings import Settings
from emulator.vectorize.storage import Mutation, Sql, Storage

MAX_GET_IDS = 20
MAX_DELETE_IDS = 100


class Found(msgspec.Struct, omit_defaults=True):
    """A vector in an answer."""

    id: str
    score: float | msgspec.UnsetType = msgspec.UNSET
    values: list[float] | msgspec.UnsetType = msgspec.UNSET
    metadata: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    namespace: str | msgspec.UnsetType = msgspec.UNSET


class Matches(msgspec.Struct):
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
    """Vectors in memory, written through to SQLite. Every call first applies the writes that are due."""

    def __init__(self, sql: Sql, settings: Settings, now: float, new_id: Callable[[], str]) -> None:
        self._storage = Storage(sql)
        self._settings = settings
        self._new_id = new_id
        self._properties = self._update_properties(now)
        self._records = {each.id: each for each in self._storage.vectors(self._properties)}
        self._pending = self._storage.mutations(self._properties)
        self._progress = self._storage.progress()
        self._check_dimensions()

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
        waiting = (each for mutation in self._pending for each in mutation.records)
        stored = {len(each.values) for each in (*self._records.values(), *waiting)}
        if stored - {self._settings.dimensions}:
            raise ValueError(
                f"The stored vectors have {max(stored)} dimensions, but DIMENSIONS is {self._settings.dimensions}. "
                "The dimensions of an index can't change: delete the stored index, or restore DIMENSIONS."
            )

    def describe(self, now: float) -> Info:
        self._catch_up(now)
        mutation, written = self._progress or (None, None)
        time = None if written is None else _time(written)
        return Info(len(self._records), self._settings.dimensions, time, mutation)

    def write(self, operation: str, vectors: list[Vector], now: float) -> Accepted:
        """Accept all vectors or none. The operation `insert` keeps existing vectors, `upsert` replaces them."""
        records.check_all(vectors, self._settings.dimensions)
        rows = [records.record(vector, now, self._properties) for vector in vectors]
        return self._accept(operation, now, rows, [])

    def delete(self, ids: list[str], now: float) -> Accepted:
        _check_ids(ids, MAX_DELETE_IDS)
        return self._accept("delete", now, [], ids)

    def get(self, ids: list[str], now: float) -> list[Found]:
        """Return the existing vectors, in the order of `ids`."""
        _check_ids(ids, MAX_GET_IDS)
        self._catch_up(now)
        found = (self._records.get(vector_id) for vector_id in dict.fromkeys(ids))
        return [_found(each, values=True, metadata="all") for each in found if each]

    def query(self, query: Query, now: float) -> Matches:
        self._catch_up(now)
        vector = self._vector(query)
        rows = self._candidates(query)
        best = similarity.nearest(self._settings.metric, vector, rows, query.top_k)
        matches = [_found(row, score, values=query.values, metadata=query.metadata) for score, row in best]
        return Matches(len(matches), matches)

    def _vector(self, query: Query) -> Sequence[float]:
        if query.vector_id is not None:
            records.check_id(query.vector_id)
            if query.vector_id not in self._records:
                raise errors.unknown_id(query.vector_id)
            return self._records[query.vector_id].values
        if len(query.vector) != self._settings.dimensions:
            raise errors.query_width(self._settings.dimensions, len(query.vector))
        return array("f", query.vector)

    def _candidates(self, query: Query) -> list[Record]:
        """Return the vectors that match the filter, in the namespace of the query or in all of them."""
        rows: Iterable[Record] = self._records.values()
        if query.namespace is not None:
            rows = (row for row in rows if row.namespace == query.namespace)
        return [row for row in rows if filters.matches(row.keys, query.conditions)]

    def _accept(self, operation: str, now: float, rows: list[Record], ids: list[str]) -> Accepted:
        self._catch_up(now)
        number = self._pending[-1].number + 1 if self._pending else 1
        mutation = Mutation(number, self._new_id(), operation, now, now + self._settings.delay_ms, rows, ids)
        self._storage.add(mutation)
        self._pending.append(mutation)
        return Accepted(mutation.id)

    def _catch_up(self, now: float) -> None:
        """Apply the writes that are due, in order. A write that is not due delays all later ones."""
        while self._pending and self._pending[0].due <= now:
            mutation = self._pending.pop(0)
            self._storage.apply(mutation)
            self._progress = (mutation.id, mutation.written)
            self._apply(mutation)

    def _apply(self, mutation: Mutation) -> None:
        for vector_id in mutation.ids:
            self._records.pop(vector_id, None)
        for each in mutation.records:
            if mutation.operation == "upsert":
                self._records.pop(each.id, None)
            self._records.setdefault(each.id, each)


def _time(milliseconds: float) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_ids(ids: list[str], limit: int) -> None:
    if len(ids) > limit:
        raise errors.too_many_ids(limit, len(ids))
    for vector_id in ids:
        records.check_id(vector_id)


def _found(row: Record, score: float | None = None, *, values: bool, metadata: str) -> Found:
    found = Found(row.id)
    if score is not None:
        found.score = round(score, 9)
    if values:
        found.values = list(row.values)
    text = row.metadata if metadata == "all" else _indexed_json(row) if metadata == "indexed" else None
    if text:
        found.metadata = msgspec.Raw(text.encode())
    if row.namespace:
        found.namespace = row.namespace
    return found


def _indexed_json(row: Record) -> str | None:
    return msgspec.json.encode(filters.nested(row.keys)).decode() if row.keys else None
