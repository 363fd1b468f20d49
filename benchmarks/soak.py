"""The soak test: thousands of mixed requests. After the first tenth of them, memory must not grow.

One client in twenty resets its connection: during the upload, while it waits, or while it reads the answer.
"""

import argparse
import contextlib
import itertools
import random
import select
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.measures import memory
from benchmarks.measures.load import TIMEOUT_S, Connection, reset_at_close
from benchmarks.measures.memory import MIB, Memory
from benchmarks.subjects.contenders import CALLER, WORKER, measured_config
from benchmarks.subjects.kinds import KINDS, Kind
from benchmarks.subjects.rows import Rows
from tools.workerd import Process, serve

FULL_REQUESTS = 20_000
QUICK_REQUESTS = 2_000
_SAMPLES = 20
# the first requests of a process leave objects behind, because V8's unoptimised code keeps references
_WARM_UP = 300
_LARGEST_TEXTS = 100
_SPARE_OBJECTS = 50  # allowed fluctuation
_ABORTED_SHARE = 0.05
_LONGEST_WAIT_S = 0.003  # of a client that resets its connection while it waits


class Sample(msgspec.Struct):
    """The memory after a number of requests."""

    requests: int
    memory: Memory

    def __str__(self) -> str:
        held, heap = self.memory, self.memory.heap_bytes / MIB
        return f"{self.requests:>6} requests: {heap:6.1f} MiB, {held.objects} objects, {held.live} live"


class Run(msgspec.Struct):
    """What was held over time, and how many requests the Worker logged as ended by a client that disconnected."""

    samples: list[Sample]
    disconnected: int


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_REQUESTS:,} requests, not {FULL_REQUESTS:,}")
    done = run(QUICK_REQUESTS if parser.parse_args(arguments).quick else FULL_REQUESTS)
    print("\n".join(map(str, done.samples)))
    print(f"{done.disconnected} requests were ended by a reset")
    found = faults(done)
    print("\n".join(found) or "flat")
    return 1 if found else 0


def run(requests: int) -> Run:
    """Send mixed requests and take samples at equal intervals, from a tenth of the requests (at least 300) on."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rows = Rows().write(folder / "rows.json")
        process = stack.enter_context(serve(measured_config(rows), folder))
        kinds = _mixed(stack, process)
        chance = random.Random(5)  # noqa: S311 the same in every run
        warm_up = max(_WARM_UP, requests // 10)
        _send(kinds, warm_up, chance)
        samples = [_sample(warm_up, process)]
        step = (requests - warm_up) // _SAMPLES
        for place in range(1, _SAMPLES + 1):
            _send(kinds, step, chance)
            samples.append(_sample(warm_up + place * step, process))
        return Run(samples, sum('"code":"client_disconnected"' in line for line in list(process.stdout)))


def _sample(requests: int, process: Process) -> Sample:
    """Take a sample over a new connection, because the runtime closes idle ones."""
    with contextlib.closing(Connection(process.ports[WORKER])) as meter:
        return Sample(requests, memory.read(meter))


def faults(done: Run) -> list[str]:
    """Return what grew between the first and the last sample, or what did not happen."""
    first, last = done.samples[0], done.samples[-1]
    grown = last.memory.objects - first.memory.objects
    found = [f"{grown:,} more Python objects"] if grown > _SPARE_OBJECTS else []
    found += [f"{last.memory.live} requests that have not ended"] if last.memory.live else []
    found += [] if done.disconnected else ["no request was ended by a reset"]
    heap = (last.memory.heap_bytes - first.memory.heap_bytes) / MIB
    return [*found, f"{heap:.1f} MiB more of Wasm heap"] if heap > 0 else found


def _mixed(stack: contextlib.ExitStack, process: Process) -> Iterator[tuple[Kind, bytes, Connection]]:
    """Return an endless cycle of requests of all kinds. Small ones are more frequent."""
    ports = {caller: process.ports[CALLER if caller else WORKER] for caller in (False, True)}
    connections = {caller: stack.enter_context(contextlib.closing(Connection(port))) for caller, port in ports.items()}
    kinds = [kind for kind in KINDS if kind.texts <= _LARGEST_TEXTS]
    weighted = [kind for kind in kinds for _ in range(1 if kind.texts > 1 else 5)]
    return itertools.cycle([(kind, kind.request(), connections[kind.caller]) for kind in weighted])


def _send(requests: Iterator[tuple[Kind, bytes, Connection]], count: int, chance: random.Random) -> None:
    for kind, request, connection in itertools.islice(requests, count):
        if chance.random() < _ABORTED_SHARE:
            _abort(connection.port, request, chance)
            continue
        connection.exchange(request)
        if connection.status not in (200, 202):
            raise RuntimeError(f"{kind.label}: HTTP {connection.status}: {connection.body()[:300]!r}")


def _abort(port: int, request: bytes, chance: random.Random) -> None:
    """Reset a connection of its own, in one of three phases."""
    phase = chance.choice(("upload", "waiting", "reading"))
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
        reset_at_close(connection)
        connection.sendall(request[: chance.randrange(len(request))] if phase == "upload" else request)
        if phase == "reading":
            connection.recv(chance.randrange(1, 65_536))
        else:
            select.select([connection], [], [], chance.uniform(0, _LONGEST_WAIT_S))


if __name__ == "__main__":
    sys.exit(main())
