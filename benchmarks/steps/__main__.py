"""`python -m benchmarks.steps`: measures where the time of a request with 1, 10 and 100 texts goes.

This Worker is measured with a clock around its steps, in turn with the same Worker without clocks and with the lower
limits. The exit status is 1 if more than 10 % of the time belongs to no step. With --write, the table goes into
benchmarks/README.md.
"""

import argparse
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.measures import measure
from benchmarks.measures.load import Connection
from benchmarks.measures.measure import Taken, Waits
from benchmarks.steps import table, worker
from benchmarks.steps.breakdown import Clocked
from benchmarks.subjects import contenders
from benchmarks.subjects.contenders import WORKER
from benchmarks.subjects.kinds import KINDS, Kind
from benchmarks.subjects.names import HELLO, OURS, STREAM, TYPESCRIPT_HELLO
from benchmarks.subjects.rows import Rows
from tools.workerd import Process, serve

_README = Path(__file__).parents[1] / "README.md"
_TAKE = b"GET /__steps HTTP/1.1\r\nhost: localhost\r\n\r\n"
_REQUESTS = {1: 3000, 10: 2000, 100: 1000}
_BLOCK = 25
_WARM_UP = 150
_CLOCKED = "this Worker, with clocks"
COMPARED = (OURS, STREAM, HELLO, TYPESCRIPT_HELLO)


class _Taken(msgspec.Struct):
    python: list[dict[str, float]]
    javascript: list[dict[str, float]]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    kinds = [kind for kind in KINDS if kind.name == "native"]
    measured = [table.Measured(kind.texts, *found) for kind, found in run(kinds, options.share)]
    text = table.text(measured)
    print(text)
    if options.write:
        table.write(text, _README)
    return 1 if any(each.unexplained for each in measured) else 0


def _parser() -> argparse.ArgumentParser:
    description, _, status = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steps", description=description, epilog=status)
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    parser.add_argument("--share", type=float, default=1.0, help="share of the requests to send, such as 0.1")
    return parser


def run(kinds: Sequence[Kind], share: float) -> Iterator[tuple[Kind, tuple[list[Clocked], dict[str, float]]]]:
    """Measure `kinds` one after the other. Yields the clocked requests, and the p50 in ms of those compared."""
    rows = Rows()
    with tempfile.TemporaryDirectory() as folder, _processes(rows, Path(folder)) as processes:
        for kind in kinds:
            print(f"{kind.label} ...", file=sys.stderr, flush=True)
            yield kind, _measure(kind, processes, rows, max(1, int(_REQUESTS[kind.texts] * share) // _BLOCK))


@contextlib.contextmanager
def _processes(rows: Rows, folder: Path) -> Iterator[dict[str, Process]]:
    file = rows.write(folder / "rows.json")
    configs = {name: config for name, config in contenders.contenders(file).items() if name in COMPARED}
    configs[_CLOCKED] = contenders.config(worker.modules(), file)
    with contextlib.ExitStack() as stack:
        started: dict[str, Process] = {}
        for name, config in configs.items():
            (subfolder := folder / str(len(started))).mkdir()
            started[name] = stack.enter_context(serve(config, subfolder, log=False))
        yield started


def _measure(
    kind: Kind, processes: Mapping[str, Process], rows: Rows, blocks: int
) -> tuple[list[Clocked], dict[str, float]]:
    with contextlib.ExitStack() as stack:
        connections: dict[str, Connection] = {}
        waits = {name: stack.enter_context(contextlib.closing(Waits(each.pid))) for name, each in processes.items()}
        for name, process in processes.items():
            connections[name] = stack.enter_context(contextlib.closing(Connection(process.ports[WORKER])))
            if fault := measure.fault(kind, connections[name], rows, name):
                raise RuntimeError(f"{kind.label}, {name}: {fault}")
            _send(kind, connections[name], waits[name], _WARM_UP)
        connections[_CLOCKED].exchange(_TAKE)  # forget these
        return _in_turn(kind, connections, waits, blocks)


def _in_turn(
    kind: Kind, connections: Mapping[str, Connection], waits: Mapping[str, Waits], blocks: int
) -> tuple[list[Clocked], dict[str, float]]:
    clocked: list[Clocked] = []
    times: dict[str, list[float]] = {name: [] for name in COMPARED}
    for _ in range(blocks):
        for name in COMPARED:
            sent = _send(kind, connections[name], waits[name], _BLOCK)
            times[name] += [1000 * taken.undisturbed_s for _, taken in sent]
        clocked += _take(connections[_CLOCKED], _send(kind, connections[_CLOCKED], waits[_CLOCKED], _BLOCK))
    return clocked, {name: statistics.median(taken) for name, taken in times.items()}


def _send(kind: Kind, connection: Connection, waits: Waits, count: int) -> list[tuple[float, Taken]]:
    """Send requests at random times. Return when each was sent, in seconds, and how long it took."""
    request, sent = kind.request(), []
    for _ in range(count):
        time.sleep(random.random() / 1000)  # noqa: S311 otherwise they may follow the clock of the Worker
        sent.append((time.time(), waits.exchange(connection, request)))
    return sent


def _take(connection: Connection, sent: Sequence[tuple[float, Taken]]) -> list[Clocked]:
    """Return what the clocks say about the requests that were `sent`."""
    connection.exchange(_TAKE)
    found = msgspec.json.decode(connection.body(), type=_Taken)
    return [
        Clocked(when, 1000 * taken.wall_s, 1000 * taken.first_s, 1000 * taken.waited_s, python, javascript)
        for (when, taken), python, javascript in zip(sent, found.python, found.javascript, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
