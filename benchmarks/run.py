"""`make bench`: measures everything side by side and writes results.json, the plot and the tables of README.md."""

import argparse
import contextlib
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks import contenders, measure, memory, report, startup
from benchmarks.kinds import KINDS, Kind
from benchmarks.measure import Effort
from benchmarks.report import Line, Results
from benchmarks.rows import Rows
from tools import runtime
from tools.workerd import Process, serve

FOLDER = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    kinds = [kind for kind in KINDS if not options.only or kind.label.startswith(options.only)]
    results = run(kinds, measure.QUICK if options.quick else measure.FULL, whole=not (options.quick or options.only))
    print(report.text(results))
    if not (options.quick or options.only):
        report.write(results, FOLDER)
    return 1 if results.faults() else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few requests a kind, no start-up; writes nothing")
    parser.add_argument("--only", help="only kinds whose name begins so, such as 'native, 100'; writes nothing")
    return parser


def run(kinds: Sequence[Kind], effort: Effort, *, whole: bool) -> Results:
    """Measure `kinds`; `whole` adds start-up and memory."""
    known = Rows()
    with tempfile.TemporaryDirectory() as folder:
        file = known.write(Path(folder) / "rows.json")
        with processes(file, Path(folder), {name for kind in kinds for name in kind.contenders}) as started:
            lines = [_line(kind, started, known, effort) for kind in kinds]
        results = Results(machine(), lines)
        if whole:
            results.startup_s = startup.measure(file, startup.FULL_ROUNDS)
            results.heap_mib = memory.measure(file)
        return results


def _line(kind: Kind, started: Mapping[str, Process], known: Rows, effort: Effort) -> Line:
    print(f"{kind.label} ...", file=sys.stderr, flush=True)
    return Line(kind.name, kind.texts, measure.measure(kind, started, known, effort))


@contextlib.contextmanager
def processes(rows: Path, folder: Path, names: set[str]) -> Iterator[dict[str, Process]]:
    """Start each of the named contenders in a process of its own."""
    with contextlib.ExitStack() as stack:
        started: dict[str, Process] = {}
        for name, config in contenders.contenders(rows).items():
            if name in names:
                place = folder / str(len(started))
                place.mkdir()
                started[name] = stack.enter_context(serve(config, place))
        yield started


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    workerd = msgspec.json.decode((runtime.NODE_MODULES / "workerd" / "package.json").read_bytes())["version"]
    cores = str(os.cpu_count())
    return {"workerd": workerd, "pyodide": runtime.pyodide_installed(), "system": platform.system(), "cores": cores}


if __name__ == "__main__":
    sys.exit(main())
