"""Documents of the source in batches, without those that have not changed."""

from collections.abc import Iterator

from embedder_cli.importer.documents import FileEnd, Found, Item, Read, Rejection, Remark, Skipped, item_of
from embedder_cli.importer.faults import Rules, checked
from embedder_cli.importer.files import kinds
from embedder_cli.importer.result.tally import Tally
from embedder_cli.importer.sending.connection import StoppedError
from embedder_cli.importer.sending.index_check import moves
from embedder_cli.importer.sending.journal import Journal

MAX_BATCH_BYTES = 2 * 1024 * 1024  # half of what a service accepts by default
Batch = list[Item]


class Batches:
    """Collects documents. What is rejected or unchanged goes to the tally."""

    def __init__(
        self, journal: Journal, tally: Tally, *, size: int, tail: bytes, namespace: str | None, rules: Rules
    ) -> None:
        self._journal = journal
        self._tally = tally
        self._size = size
        self._tail = tail
        self._namespace = namespace
        self._rules = rules
        self._batch: Batch = []
        self._bytes = 0

    def add(self, found: Read, weight: int) -> Iterator[Batch]:
        """Add what was read; yield a batch if it is full."""
        if isinstance(found, FileEnd):
            self._journal.end_file(found.file)
            self._tally.advance(weight)
            return
        if isinstance(found, Remark | Skipped):
            self._tell(found, weight)
            return
        item = self._item(found, weight)
        if isinstance(item, Rejection):
            self._tally.reject(item, weight)
        elif self._is_new(item):
            if self._batch and (len(self._batch) >= self._size or self._bytes + len(item.body) > MAX_BATCH_BYTES):
                yield from self.rest()
            self._batch.append(item)
            self._bytes += len(item.body)

    def _tell(self, found: Remark | Skipped, weight: int) -> None:
        if isinstance(found, Remark):
            self._tally.remark(found)
        else:
            self._tally.skip(found.file, found.reason)
            self._journal.keep_file(kinds.unpacked(found.file))
        self._tally.advance(weight)

    def rest(self) -> Iterator[Batch]:
        """Yield the last batch."""
        if self._batch:
            yield self._batch
        self._batch, self._bytes = [], 0

    def _item(self, found: Found, weight: int) -> Item | Rejection:
        before = self._journal.first_location(found.id, found.location) if found.id else None
        if isinstance(found, Rejection):
            return found
        if before:
            return Rejection(found.location, found.id, f"The id is a duplicate; it is first at {before}.")
        body = checked(found, self._rules)
        if isinstance(body, str):
            return Rejection(found.location, found.id, body)
        self._tally.by_position += not found.has_own_id and found.part_of is None
        return item_of(found, self._tail, weight, body)

    def _is_new(self, item: Item) -> bool:
        entry = self._journal.entry(item.id)
        if entry is None:
            return True
        if entry.namespace != self._namespace:
            raise StoppedError(moves(item.id, entry.namespace, self._namespace))
        if entry.digest != item.digest:
            return True
        self._tally.leave(item, truncated=entry.truncated)
        return False
