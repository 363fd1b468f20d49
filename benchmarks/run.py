"""`make bench`: measures all contenders and writes results.json and the tables of README.md.

A kind of request that misses a goal is measured again at the end, at most twice; the last time counts. The exit status
is 1 if an answer was wrong or a goal was missed, and 3 if a goal was missed only where the machine was too busy to
judge. Each wrong answer and missed goal is a line on stderr.
"""

import argparse
import contextlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.figures import goals, report
from benchmarks.figures.results import Line, Results
from benchmarks.measures import measure, memory, search, startup
from benchmarks.measures.measure import Effort
from benchmarks.subjects import contenders
from benchmarks.subjects.kinds import KINDS, Kind
from benchmarks.subjects.rows import Rows
from tools import runtime
from tools.runtime.workerd import pyodide_installed
from tools.workerd import Process, serve

FOLDER = Path(__file__).parent
MOST_TIMES = 3  # that a kind of request which misses a goal is measured
FAILED, TOO_BUSY = 1, 3  # exit status; argparse has 2


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    whole = not (options.quick or options.only)
    kinds = [kind for kind in KINDS if not options.only or kind.label.startswith(options.only)]
    if not kinds:
        parser.error(f"no kind of request starts with {options.only!r}")
    results = run(kinds, measure.QUICK if options.quick else measure.FULL, whole=whole)
    print(report.text(results))
    if whole:
        report.write(results, FOLDER)
    return _verdict(results, goals.missed(results, whole=whole))


def _parser() -> argparse.ArgumentParser:
    description, _, status = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=description, epilog=status)
    parser.add_argument(
        "--quick", action="store_true", help="few requests of each kind; does not measure start-up, writes no files"
    )
    parser.add_argument("--only", help="only kinds whose name starts with this, such as 'native, 100'; writes no files")
    return parser


def _verdict(results: Results, missed: Sequence[goals.Goal]) -> int:
    """Print failures and the machine to stderr. Return the exit status."""
    faults = [f"fault: {fault}" for fault in results.faults()]
    failures = [*faults, *(f"{'too busy to judge' if goal.busy else 'missed'}: {goal}" for goal in missed)]
    if not failures:
        return 0
    print(*failures, f"measured on: {results.environment()}", sep="\n", file=sys.stderr)
    return FAILED if faults or not all(goal.busy for goal in missed) else TOO_BUSY


def run(kinds: Sequence[Kind], effort: Effort, *, whole: bool) -> Results:
    """Measure `kinds`. A `whole` run also measures start-up, memory and searches of the local index."""
    known = Rows()
    results = Results(machine(), [])
    with tempfile.TemporaryDirectory() as folder:
        file = known.write(Path(folder) / "rows.json")
        with processes(file, Path(folder), {name for kind in kinds for name in kind.contenders}) as started:
            results.lines = [_line(kind, started, known, effort) for kind in kinds]
            measure_again(kinds, results.lines, lambda kind: _line(kind, started, known, effort))
        if whole:
            results.startup_s = startup.measure(file, startup.FULL_ROUNDS)
            results.heap_mib = memory.measure(file)
            results.search_cpu_ms = search.measure()
    results.machine["load average after"] = _load()
    return results


def measure_again(kinds: Sequence[Kind], lines: list[Line], line_of: Callable[[Kind], Line]) -> None:
    """Measure kinds of request again that missed a goal: another program may have disturbed one contender more."""
    for times in range(2, MOST_TIMES + 1):
        for index, kind in enumerate(kinds):
            if goals.missed_by(lines[index]):
                lines[index] = msgspec.structs.replace(line_of(kind), measured=times)


def _line(kind: Kind, started: Mapping[str, Process], known: Rows, effort: Effort) -> Line:
    print(f"{kind.label} ...", file=sys.stderr, flush=True)
    return Line(kind.name, kind.texts, measure.measure(kind, started, known, effort))


@contextlib.contextmanager
def processes(rows: Path, folder: Path, names: set[str]) -> Iterator[dict[str, Process]]:
    """Start the named contenders, each in its own process."""
    with contextlib.ExitStack() as stack:
        started: dict[str, Process] = {}
        for name, config in contenders.contenders(rows).items():
            if name in names:
                subfolder = folder / str(len(started))
                subfolder.mkdir()
                started[name] = stack.enter_context(serve(config, subfolder, log=False))
        yield started


def machine() -> dict[str, str]:
    """Return a description of the machine, with its load before the run."""
    workerd = msgspec.json.decode((runtime.NODE_MODULES / "workerd" / "package.json").read_bytes())["version"]
    return {
        "workerd": workerd,
        "pyodide": pyodide_installed(),
        "system": platform.system(),
        "cores": str(os.cpu_count()),
        "load average before": _load(),
    }


def _load() -> str:
    """Return the load average of the last minute."""
    return f"{os.getloadavg()[0]:.2f}"


if __name__ == "__main__":
    sys.exit(main())
