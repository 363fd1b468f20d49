"""The counts of an import. Memory is bounded, however many documents are rejected."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from embedder_cli.importer.documents import Item, Location, Rejection, Remark
from embedder_cli.importer.result.remarks import Remarks

MAX_KEPT = 10_000  # rejections, truncated documents and skipped files that are listed; the others are only counted
MAX_REASONS = 100
OTHER_REASONS = "Other reasons."
_VALUES = re.compile(r"'[^']*'|\d+")  # in a reason: two reasons that differ in them are one kind


@dataclass
class Reason:
    """How often a reason occurred, and the first rejection."""

    first: Rejection
    count: int = 0


@dataclass
class Tally:
    """`advance` gets the bytes of the source that are done; `stopped` says why the import ended early.

    `queues`: what counts as written was only accepted by the ingestion queue.
    """

    advance: Callable[[int], None] = lambda _: None
    queues: bool = False
    written: int = 0
    unchanged: int = 0
    rejected: int = 0
    unnamed: int = 0  # rejections without an id
    by_position: int = 0  # records without an id of their own
    truncated: int = 0
    removed: int = 0
    requests: int = 0
    retries: int = 0
    seconds: float = 0.0
    waiting: str | None = None
    stopped: str | None = None
    notes: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    skipped_files: list[tuple[str, str]] = field(default_factory=list)
    remarks: Remarks = field(default_factory=Remarks)
    reasons: dict[str, Reason] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    truncated_documents: list[tuple[str, Location]] = field(default_factory=list)

    def reject(self, rejection: Rejection, weight: int) -> None:
        self.rejected += 1
        self.unnamed += rejection.id is None
        kind = _VALUES.sub("", rejection.reason)
        known = kind in self.reasons or len(self.reasons) < MAX_REASONS
        self.reasons.setdefault(kind if known else OTHER_REASONS, Reason(rejection)).count += 1
        if len(self.rejections) < MAX_KEPT:
            self.rejections.append(rejection)
        self.advance(weight)

    def accept(self, item: Item, *, truncated: bool) -> None:
        self.written += 1
        self._done(item, truncated)

    def leave(self, item: Item, *, truncated: bool) -> None:
        """Count a document that has not changed."""
        self.unchanged += 1
        self._done(item, truncated)

    def skip(self, file: str, reason: str) -> None:
        """Count a skipped file, and list it."""
        known = reason in self.skipped or len(self.skipped) < MAX_REASONS
        self.skipped[reason if known else OTHER_REASONS] += 1
        if len(self.skipped_files) < MAX_KEPT:
            self.skipped_files.append((file, reason))

    def remark(self, remark: Remark) -> None:
        """Note something that the user should know."""
        self.remarks.add(remark)

    def conclude(self) -> None:
        """Add the remarks to the notes."""
        self.notes += self.remarks.sentences(self.by_position)

    def _done(self, item: Item, truncated: bool) -> None:
        self.advance(item.weight)
        self.truncated += truncated
        if truncated and len(self.truncated_documents) < MAX_KEPT:
            self.truncated_documents.append((item.id, item.location))

    @property
    def verb(self) -> str:
        """What happens to documents that are accepted."""
        return "queued" if self.queues else "written"

    @property
    def exit_code(self) -> int:
        """0: everything is written. 1: documents were rejected. 2: the import stopped early."""
        return 2 if self.stopped else int(self.rejected > 0)
