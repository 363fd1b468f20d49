"""Measures the Wasm heap and the Python objects of this Worker, through a route that only the benchmark adds."""

import contextlib
import tempfile
from pathlib import Path

import msgspec

from benchmarks.measures.load import Connection
from benchmarks.measures.measure import port
from benchmarks.subjects.contenders import WORKER, measured_config
from benchmarks.subjects.kinds import KINDS, Kind
from benchmarks.subjects.names import OURS
from tools.workerd import Process, serve

_REQUEST = b"GET /__memory HTTP/1.1\r\nhost: localhost\r\n\r\n"
_REPEATS = 5
MIB = 1024 * 1024


class Memory(msgspec.Struct):
    """The size of the Wasm heap, which never shrinks, and the number of objects that Python's collector tracks.

    `isolate` is a random number of the interpreter, `live` counts requests that have not ended.
    """

    heap_bytes: int
    objects: int
    live: int
    isolate: float


def read(connection: Connection) -> Memory:
    connection.exchange(_REQUEST)
    return msgspec.json.decode(connection.body(), type=Memory)


def measure(rows: Path) -> dict[str, float]:
    """Return the size of the Wasm heap after each kind of request, small requests first: kind -> MiB."""
    ordered = sorted((kind for kind in KINDS if OURS in kind.contenders), key=lambda kind: kind.texts)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        process = stack.enter_context(serve(measured_config(rows), folder))
        meter = stack.enter_context(contextlib.closing(Connection(process.ports[WORKER])))
        found = {"at the start": round(read(meter).heap_bytes / MIB, 1)}
        for kind in ordered:
            _repeat(kind, process)
            found[kind.label] = round(read(meter).heap_bytes / MIB, 1)
        return found


def _repeat(kind: Kind, process: Process) -> None:
    with contextlib.closing(Connection(port(kind, process))) as connection:
        for _ in range(_REPEATS):
            connection.exchange(kind.request())
