"""Measures contenders in turn, in short blocks of requests, so that a disturbance of the machine affects all."""

import contextlib
import gc
import os
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from benchmarks.figures.results import Cell
from benchmarks.measures.load import Connection, saturate
from benchmarks.subjects import checks
from benchmarks.subjects.contenders import CALLER, WORKER
from benchmarks.subjects.kinds import Kind
from benchmarks.subjects.names import HELLOS
from benchmarks.subjects.rows import TEXTS, Rows
from tools.workerd import Process

CONNECTIONS = 8


class Effort(msgspec.Struct, frozen=True):
    """The number of requests to measure, by the number of texts, and the number of warm-up requests."""

    requests: Mapping[int, int]
    warm_up: int
    blocks: int

    def of(self, kind: Kind) -> int:
        return next(count for texts, count in self.requests.items() if kind.texts <= texts)

    def block(self, kind: Kind) -> int:
        return max(1, self.of(kind) // self.blocks)


FULL = Effort({1: 900, 10: 600, 100: 300, 2048: 12}, warm_up=300, blocks=30)
QUICK = Effort({1: 200, 10: 120, 100: 100, 2048: 4}, warm_up=60, blocks=10)


def measure(kind: Kind, processes: Mapping[str, Process], rows: Rows, effort: Effort) -> dict[str, Cell]:
    """Return a cell for every contender that takes part in `kind`."""
    cells = {name: Cell() for name in kind.contenders}
    with _connections(kind, processes) as connections:
        for name, connection in connections.items():
            cells[name].note = fault(kind, connection, rows, name)
        running = {name: connection for name, connection in connections.items() if not cells[name].note}
        _latencies(kind, running, processes, cells, effort)
    for name in running if kind.texts <= TEXTS else ():
        cells[name].per_s_8 = _throughput(kind, processes[name], effort)
    return cells


def fault(kind: Kind, connection: Connection, rows: Rows, name: str) -> str:
    """Send one request and return the fault of the answer, or an empty string."""
    try:
        connection.exchange(kind.request())
    except OSError as error:
        return f"no answer: {error!r}"
    if connection.status not in (200, 202):
        return f"HTTP {connection.status}: {connection.body()[:200].decode(errors='replace')}"
    check = checks.hello if name in HELLOS else kind.check
    try:
        check(connection.body(), rows, kind.texts)
    except (ValueError, LookupError, TypeError, ArithmeticError) as error:
        return f"wrong: {error!r}"
    return ""


@contextlib.contextmanager
def _connections(kind: Kind, processes: Mapping[str, Process]) -> Iterator[dict[str, Connection]]:
    with contextlib.ExitStack() as stack:
        yield {
            name: stack.enter_context(contextlib.closing(Connection(port(kind, processes[name]))))
            for name in kind.contenders
        }


def port(kind: Kind, process: Process) -> int:
    return process.ports[CALLER if kind.caller else WORKER]


def _latencies(
    kind: Kind,
    connections: Mapping[str, Connection],
    processes: Mapping[str, Process],
    cells: Mapping[str, Cell],
    effort: Effort,
) -> None:
    request = kind.request()
    for connection in connections.values():
        for _ in range(min(effort.warm_up, effort.of(kind) // 3)):
            connection.exchange(request)
    times: dict[str, list[Taken]] = {name: [] for name in connections}
    before = {name: cpu_ms(processes[name].pid) for name in connections}
    with _no_collection(), contextlib.ExitStack() as stack:
        waits = {name: stack.enter_context(contextlib.closing(Waits(processes[name].pid))) for name in connections}
        for _ in range(effort.of(kind) // effort.block(kind)):
            for name, connection in connections.items():
                times[name] += [waits[name].exchange(connection, request) for _ in range(effort.block(kind))]
    for name, taken in times.items():
        _summarise(cells[name], taken, cpu_ms(processes[name].pid) - before[name])


class Taken(msgspec.Struct, frozen=True):
    """The time of one request in seconds, and how much of it client and Worker waited for a processor.

    `first_s` is the time until the first bytes of the answer.
    """

    wall_s: float
    waited_s: float
    first_s: float = 0.0

    @property
    def undisturbed_s(self) -> float:
        return self.wall_s - self.waited_s


class Waits:
    """How long this thread and the main thread of a Worker have waited for a processor, because others had it.

    Linux counts it for each thread (Documentation/scheduler/sched-stats.rst). Client and Worker take turns, so that
    this time can be taken off.
    """

    def __init__(self, pid: int) -> None:
        files = (f"/proc/{pid}/task/{pid}/schedstat", f"/proc/self/task/{os.getpid()}/schedstat")
        self._files = [os.open(file, os.O_RDONLY) for file in files]

    def exchange(self, connection: Connection, request: bytes) -> Taken:
        before = self.waited_s()
        wall = connection.exchange(request)
        return Taken(wall, min(wall, self.waited_s() - before), connection.first_s)

    def waited_s(self) -> float:
        return sum(int(os.pread(file, 100, 0).split()[1]) for file in self._files) / 1e9

    def close(self) -> None:
        for file in self._files:
            os.close(file)


def _summarise(cell: Cell, taken: list[Taken], cpu: float) -> None:
    times = sorted(each.undisturbed_s for each in taken)
    wall = sum(each.wall_s for each in taken)
    cell.p50_ms = round(1000 * statistics.median(times), 3)
    cell.p99_ms = round(1000 * times[min(len(times) - 1, int(len(times) * 0.99))], 3)
    cell.requests = len(taken)
    cell.per_s_1 = round(len(taken) / wall, 1)
    cell.waited = round(sum(each.waited_s for each in taken) / wall, 3)
    cell.cpu_ms = round(cpu / len(taken), 3)


def _throughput(kind: Kind, process: Process, effort: Effort) -> float:
    """Return requests per second over eight connections."""
    count = max(CONNECTIONS, effort.of(kind))
    with contextlib.ExitStack() as stack, _no_collection():
        many = [stack.enter_context(contextlib.closing(Connection(port(kind, process)))) for _ in range(CONNECTIONS)]
        return round(count / saturate(many, kind.request(), count), 1)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Disable the garbage collector of this process during a measurement."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def cpu_ms(pid: int) -> float:
    """Return the CPU time of all threads of a process, in milliseconds."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e6
