"""What a run measured, as it is kept in results.json."""

import msgspec

from benchmarks.names import OURS, TYPESCRIPT


class Cell(msgspec.Struct, omit_defaults=True):
    """What one contender did with one kind of request. `note` says why there are no figures."""

    p50_ms: float = 0.0
    p99_ms: float = 0.0
    per_s_1: float = 0.0  # requests a second over one connection
    per_s_8: float = 0.0  # over eight
    cpu_ms: float = 0.0  # of the whole process a request: the stand-in upstream is in it
    note: str = ""


class Line(msgspec.Struct):
    """One kind of request with so many texts: contender -> figures."""

    kind: str
    texts: int
    cells: dict[str, Cell]

    def p50(self, name: str) -> float | None:
        """Return a contender's p50; None if it has no figures."""
        return self.cells.get(name, Cell()).p50_ms or None

    def cpu(self, name: str) -> float | None:
        return self.cells.get(name, Cell()).cpu_ms or None

    def ratio(self) -> float | None:
        """Return this Worker's p50 over TypeScript's."""
        ours, theirs = self.p50(OURS), self.p50(TYPESCRIPT)
        return round(ours / theirs, 2) if ours and theirs else None


class Results(msgspec.Struct):
    """One run. Start-up in seconds, the Wasm heap in MiB."""

    machine: dict[str, str]
    lines: list[Line]
    startup_s: dict[str, dict[str, float]] = {}
    heap_mib: dict[str, float] = {}

    def find(self, kind: str, texts: int) -> Line | None:
        return next((line for line in self.lines if (line.kind, line.texts) == (kind, texts)), None)

    def faults(self) -> list[str]:
        """Return what was answered wrongly."""
        return [
            f"{line.kind}, {line.texts}: {name}: {cell.note}"
            for line in self.lines
            for name, cell in line.cells.items()
            if cell.note
        ]

    def environment(self) -> str:
        """Return what was measured on, in one line."""
        return ", ".join(f"{name} {value}" for name, value in self.machine.items())
