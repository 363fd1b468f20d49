"""The soak: thousands of mixed requests, after which the interpreter must hold no more than after the first tenth."""

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
# V8 holds on to what its unoptimised code has seen: the first requests of every process leave something behind
_WARM_UP = 300
_LARGEST_TEXTS = 100
_SPARE_OBJECTS = 50  # objects that may come and go


class Sample(msgspec.Struct):
    """What was held after so many requests."""

    requests: int
    memory: Memory


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_REQUESTS:,} requests, not {FULL_REQUESTS:,}")
    samples = run(QUICK_REQUESTS if parser.parse_args(arguments).quick else FULL_REQUESTS)
    for sample in samples:
        print(
            f"{sample.requests:>6} requests: {sample.memory.heap_bytes / MIB:6.1f} MiB, {sample.memory.objects} objects"
        )
    found = faults(samples)
    print("\n".join(found) or "flat")
    return 1 if found else 0


def run(requests: int) -> list[Sample]:
    """Send mixed requests and return samples at equal distances; the first is after a tenth of them, or 300."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rows = Rows().write(folder / "rows.json")
        process = stack.enter_context(serve(measured_config(rows), folder))
        meter = stack.enter_context(contextlib.closing(Connection(process.ports[WORKER])))
        turn = _mixed(stack, process)
        warm_up = max(_WARM_UP, requests // 10)
        _send(turn, warm_up)
        samples = [Sample(warm_up, memory.read(meter))]
        step = (requests - warm_up) // _SAMPLES
        for place in range(1, _SAMPLES + 1):
            _send(turn, step)
            samples.append(Sample(warm_up + place * step, memory.read(meter)))
        return samples


def faults(samples: Sequence[Sample]) -> list[str]:
    """Return what grew between the first sample and the last."""
    first, last = samples[0], samples[-1]
    grown = last.memory.objects - first.memory.objects
    found = [f"{grown:,} more Python objects"] if grown > _SPARE_OBJECTS else []
    heap = (last.memory.heap_bytes - first.memory.heap_bytes) / MIB
    return [*found, f"{heap:.1f} MiB more of Wasm heap"] if heap > 0 else found


def _mixed(stack: contextlib.ExitStack, process: Process) -> Iterator[tuple[Kind, bytes, Connection]]:
    """Return an endless turn through the kinds; small ones come more often."""
    ports = {caller: process.ports[CALLER if caller else WORKER] for caller in (False, True)}
    ways = {caller: stack.enter_context(contextlib.closing(Connection(port))) for caller, port in ports.items()}
    kinds = [kind for kind in KINDS if kind.texts <= _LARGEST_TEXTS]
    often = [kind for kind in kinds for _ in range(1 if kind.texts > 1 else 5)]
    return itertools.cycle([(kind, kind.request(), ways[kind.caller]) for kind in often])


def _send(turn: Iterator[tuple[Kind, bytes, Connection]], count: int) -> None:
    for kind, request, connection in itertools.islice(turn, count):
        connection.exchange(request)
        if connection.status != 200:
            raise RuntimeError(f"{kind.label}: HTTP {connection.status}: {connection.body()[:300]!r}")


if __name__ == "__main__":
    sys.exit(main())
