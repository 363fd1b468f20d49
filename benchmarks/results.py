"""The figures of a run, in the structure of results.json."""

import msgspec

from benchmarks.names import OURS, TYPESCRIPT


class Cell(msgspec.Struct, omit_defaults=True):
    """The figures of one contender for one kind of request. If there are none, `note` is the reason."""

    p50_ms: float = 0.0
    p99_ms: float = 0.0
    per_s_1: float = 0.0  # requests per second over one connection
    per_s_8: float = 0.0  # over eight connections
    cpu_ms: float = 0.0  # per request, of the whole process including the upstream emulator
    note: str = ""


class Line(msgspec.Struct):
    """One kind of request with one number of texts: contender -> figures."""

    kind: str
    texts: int
    cells: dict[str, Cell]

    def p50(self, name: str) -> float | None:
        """Return the p50 of a contender, or None if it has no figures."""
        return self.cells.get(name, Cell()).p50_ms or None

    def cpu(self, name: str) -> float | None:
        return self.cells.get(name, Cell()).cpu_ms or None

    def ratio(self) -> float | None:
        """Return the p50 of this Worker divided by that of TypeScript."""
        ours, theirs = self.p50(OURS), self.p50(TYPESCRIPT)
        return round(ours / theirs, 2) if ours and theirs else None


class Results(msgspec.Struct):
    """The results of one run. Start-up times are in seconds, heap sizes in MiB, searches of the local index in ms."""

    machine: dict[str, str]
    lines: list[Line]
    startup_s: dict[str, dict[str, float]] = {}
    heap_mib: dict[str, float] = {}
    search_cpu_ms: dict[str, float] = {}

    def find(self, kind: str, texts: int) -> Line | None:
        return next((line for line in self.lines if (line.kind, line.texts) == (kind, texts)), None)

    def faults(self) -> list[str]:
        """Return a line for each wrong answer."""
        return [
            f"{line.kind}, {line.texts}: {name}: {cell.note}"
            for line in self.lines
            for name, cell in line.cells.items()
            if cell.note
        ]

    def environment(self) -> str:
        """Return a description of the machine, in one line."""
        return ", ".join(f"{name} {value}" for name, value in self.machine.items())
