"""What came of an import so far, in bounded memory. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field

from embedder_cli.importer.documents import Item, Place, Refusal

MAX_KEPT = 10_000  # refusals and over-long texts that are kept one by one; the others are counted


@dataclass
class Tally:
    """`advance` is told how many bytes of the source are dealt with; `stopped` is why the import ended early."""

    advance: Callable[[int], None] = lambda _: None
    written: int = 0
    unchanged: int = 0
    refused: int = 0
    cut: int = 0
    requests: int = 0
    repeats: int = 0
    seconds: float = 0.0
    stopped: str | None = None
    refusals: list[Refusal] = field(default_factory=list)
    too_long: list[tuple[str, Place]] = field(default_factory=list)

    def refuse(self, refusal: Refusal, weight: int) -> None:
        self.refused += 1
        if len(self.refusals) < MAX_KEPT:
            self.refusals.append(refusal)
        self.advance(weight)

    def accept(self, item: Item, *, cut: bool) -> None:
        self.written += 1
        self._deal_with(item, cut)

    def skip(self, item: Item, *, cut: bool) -> None:
        self.unchanged += 1
        self._deal_with(item, cut)

    def _deal_with(self, item: Item, cut: bool) -> None:
        self.advance(item.weight)
        self.cut += cut
        if cut and len(self.too_long) < MAX_KEPT:
            self.too_long.append((item.id, item.place))

    @property
    def exit_code(self) -> int:
        """0 if all is written, 1 if some was refused, 2 if the import stopped early."""
        return 2 if self.stopped else int(self.refused > 0)
