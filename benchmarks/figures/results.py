"""The figures of a run, in the structure of results.json."""

import msgspec

from benchmarks.subjects.names import OURS, TYPESCRIPT

ENOUGH = 300  # requests for a p99


class Cell(msgspec.Struct, omit_defaults=True):
    """The figures of one contender for one kind of request. If there are none, `note` is the reason."""

    p50_ms: float = 0.0  # without the time that client and Worker waited for a processor, as the next one
    p99_ms: float = 0.0
    per_s_1: float = 0.0  # requests per second over one connection
    per_s_8: float = 0.0  # over eight connections
    cpu_ms: float = 0.0  # per request, of the whole process including the upstream emulator
    requests: int = 0  # that the times are of
    waited: float = 0.0  # share of the time of all requests that client and Worker waited for a processor
    note: str = ""


class Line(msgspec.Struct):
    """One kind of request with one number of texts: contender -> figures."""

    kind: str
    texts: int
    cells: dict[str, Cell]
    measured: int = 1  # times; the last one is here

    def p50(self, name: str) -> float | None:
        """Return the p50 of a contender, or None if it has no figures."""
        return self.cells.get(name, Cell()).p50_ms or None

    def cpu(self, name: str) -> float | None:
        return self.cells.get(name, Cell()).cpu_ms or None

    def ratio(self, name: str = TYPESCRIPT) -> float | None:
        """Return the p50 of this Worker divided by that of another contender."""
        return _quotient(self.p50(OURS), self.p50(name))

    def cpu_ratio(self) -> float | None:
        """Return the CPU time of this Worker divided by that of TypeScript."""
        return _quotient(self.cpu(OURS), self.cpu(TYPESCRIPT))

    def tail(self) -> float | None:
        """Return the p99 of this Worker divided by its p50; None for few requests, of which it is the highest."""
        cell = self.cells.get(OURS, Cell())
        return _quotient(cell.p99_ms, cell.p50_ms) if cell.requests >= ENOUGH else None

    def waited(self) -> float:
        """Return the largest share of the time that a contender waited for a processor."""
        return max((cell.waited for cell in self.cells.values()), default=0.0)


def _quotient(ours: float | None, theirs: float | None) -> float | None:
    return round(ours / theirs, 2) if ours and theirs else None


class Results(msgspec.Struct):
    """The results of one run. Start-up times are in seconds, heap sizes in MiB, searches of the local index in ms."""

    machine: dict[str, str]
    lines: list[Line]
    startup_s: dict[str, dict[str, float]] = {}
    heap_mib: dict[str, float] = {}
    search_cpu_ms: dict[str, float] = {}

    def line(self, kind: str, texts: int) -> Line:
        """Return the line of a kind of request; one without figures if it was not measured."""
        found = (line for line in self.lines if (line.kind, line.texts) == (kind, texts))
        return next(found, Line(kind, texts, {}))

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
