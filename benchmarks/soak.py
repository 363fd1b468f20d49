"""The soak test: thousands of mixed requests. After the first tenth of them, memory must not grow."""

import argparse
import contextlib
import itertools
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks import memory
from benchmarks.contenders import CALLER, WORKER, measured_config
from benchmarks.kinds import KINDS, Kind
from benchmarks.load import Connection
from benchmarks.memory import MIB, Memory
from benchmarks.rows import Rows
from tools.workerd import Process, serve

FULL_REQUESTS = 20_000
QUICK_REQUESTS = 2_000
_SAMPLES = 20
# the first requests of a process leave objects behind, because V8's unoptimised code keeps references
_WARM_UP = 300
_LARGEST_TEXTS = 100
_SPARE_OBJECTS = 50  # allowed fluctuation


class Sample(msgspec.Struct):
    """The memory after a number of requests."""

    requests: int
    memory: Memory


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK_REQUESTS:,} requests instead of {FULL_REQUESTS:,}"
    )
    samples = run(QUICK_REQUESTS if parser.parse_args(arguments).quick else FULL_REQUESTS)
    for sample in samples:
        print(
            f"{sample.requests:>6} requests: {sample.memory.heap_bytes / MIB:6.1f} MiB, {sample.memory.objects} objects"
        )
    found = faults(samples)
    print("\n".join(found) or "flat")
    return 1 if found else 0


def run(requests: int) -> list[Sample]:
    """Send mixed requests and return samples at equal intervals, from a tenth of the requests (at least 300) on."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rows = Rows().write(folder / "rows.json")
        process = stack.enter_context(serve(measured_config(rows), folder))
        meter = stack.enter_context(contextlib.closing(Connection(process.ports[WORKER])))
        mixed = _mixed(stack, process)
        warm_up = max(_WARM_UP, requests // 10)
        _send(mixed, warm_up)
        samples = [Sample(warm_up, memory.read(meter))]
        step = (requests - warm_up) // _SAMPLES
        for number in range(1, _SAMPLES + 1):
            _send(mixed, step)
            samples.append(Sample(warm_up + number * step, memory.read(meter)))
        return samples


def faults(samples: Sequence[Sample]) -> list[str]:
    """Return what grew between the first and the last sample."""
    first, last = samples[0], samples[-1]
    grown = last.memory.objects - first.memory.objects
    found = [f"{grown:,} more Python objects"] if grown > _SPARE_OBJECTS else []
    heap = (last.memory.heap_bytes - first.memory.heap_bytes) / MIB
    return [*found, f"{heap:.1f} MiB more of Wasm heap"] if heap > 0 else found


def _mixed(stack: contextlib.ExitStack, process: Process) -> Iterator[tuple[Kind, bytes, Connection]]:
    """Return an endless cycle of requests of all kinds. Small ones are more frequent."""
    ports = {caller: process.ports[CALLER if caller else WORKER] for caller in (False, True)}
    connections = {caller: stack.enter_context(contextlib.closing(Connection(port))) for caller, port in ports.items()}
    kinds = [kind for kind in KINDS if kind.texts <= _LARGEST_TEXTS]
    weighted = [kind for kind in kinds for _ in range(1 if kind.texts > 1 else 5)]
    return itertools.cycle([(kind, kind.request(), connections[kind.caller]) for kind in weighted])


def _send(requests: Iterator[tuple[Kind, bytes, Connection]], count: int) -> None:
    for kind, request, connection in itertools.islice(requests, count):
        connection.exchange(request)
        if connection.status != 200:
            raise RuntimeError(f"{kind.label}: HTTP {connection.status}: {connection.body()[:300]!r}")


if __name__ == "__main__":
    sys.exit(main())
