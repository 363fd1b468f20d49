"""Clients that reset their connection in the middle of a request, and what the Worker holds after that.

`python -m tests.runtime.faults.aborting --requests 1000` is the long run; the tests run a short one.
"""

import argparse
import contextlib
import json
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import requests

from benchmarks.measures.load import reset_at_close
from benchmarks.measures.memory import MIB, Memory
from benchmarks.subjects.contenders import measured_modules
from tests.runtime import upstream
from tests.strategies import INDEX, VECTOR
from tools import workerd

DEADLINE_S = 5  # a busy machine needs more than a second until the first call for 2,048 texts
SETTLE_LIMIT_S = 30
GRACE_S = 4  # past the deadline, until a later request has closed what was dropped
OBJECTS_A_REQUEST = 60  # of a dropped request: the SDK's own coroutine and what holds it, about 3 KB
SPARE_MIB = 8.0  # the heap grows in steps of 6 MiB; what 25 bodies would hold is more
TEXT = "x" * 300_000

MODEL = "embeddinggemma-300m"
Count = Callable[[upstream.Server], int]


def asked(kind: str) -> Count:
    return lambda models: models.calls[kind]


def answered(kind: str) -> Count:
    return lambda models: models.answered[kind]


# phase -> (method, path, body, what the upstream counts when the request has got there)
PHASES: dict[str, tuple[str, str, object, Count | None]] = {
    "upload": ("POST", "/embed", {"text": TEXT}, None),
    "model": ("POST", "/embed", {"text": ["fault:slowheaders", TEXT]}, asked("slowheaders")),
    "reading": ("POST", "/embed", {"text": ["fault:slowbody", TEXT]}, asked("slowbody")),
    "retry": ("POST", "/embed", {"text": ["fault:3040", TEXT]}, answered("3040")),
    "batches": (
        "POST",
        "/v1/embeddings",
        {"model": MODEL, "input": [*["fault:slowbody " + "x" * 50] * 2048]},
        asked("slowbody"),
    ),
    "vectorize": (
        "PUT",
        "/vectors",
        {"documents": [{"id": "fault:slowheaders", "text": TEXT}], "keep_text": False},
        asked("vectorize-slowheaders"),
    ),
    "vectors": (
        "POST",
        f"{INDEX}/upsert",
        {"vectors": [{"id": "fault:slowheaders", "values": VECTOR, "metadata": {"text": TEXT[:9_000]}}]},
        asked("vectorize-slowheaders"),
    ),
    "visible": (
        "PUT",
        "/vectors",
        {"documents": [{"id": "1", "text": TEXT}], "keep_text": False, "wait": True},
        answered("describe"),
    ),
}


class Outcome(msgspec.Struct):
    """What a phase left behind: Python objects for each aborted request, heap in all, codes and times in the log."""

    objects: float
    heap_mib: float
    codes: Counter[str]
    longest_ms: float


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[tuple[workerd.Process, upstream.Server]]:
    """Start the Worker with its memory readable, before models that can hang."""
    with upstream.serve() as models:
        worker = upstream.worker(measured_modules(), DEADLINE_S=str(DEADLINE_S))
        services = [worker, workerd.External("upstream", models.address)]
        config = workerd.Config(services, {"embedder": 0}, v8_flags=["--expose-gc"])
        with workerd.serve(config, folder) as process:
            yield process, models


def memory(process: workerd.Process) -> Memory:
    answer = requests.get(process.url("embedder") + "/__memory", timeout=60)
    return msgspec.json.decode(answer.content, type=Memory)


def written(method: str, path: str, body: object) -> tuple[bytes, bytes]:
    """Return head and body of a request."""
    content = json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode(), content


def abort(process: workerd.Process, models: upstream.Server, phase: str) -> None:
    """Send a request, wait until it is in its phase, and reset the connection."""
    method, path, body, counted = PHASES[phase]
    head, content = written(method, path, body)
    before = counted(models) if counted else 0
    with socket.create_connection(("127.0.0.1", process.ports["embedder"]), 30) as connection:
        reset_at_close(connection)
        connection.sendall(head + (content[: len(content) // 2] if phase == "upload" else content))
        if counted:
            until(lambda: counted(models) > before)
            requests.get(process.url("embedder") + "/health", timeout=30)  # what was answered has been read by then


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SETTLE_LIMIT_S
    while not condition():
        assert time.monotonic() < end, "this did not come true in time"
        time.sleep(0.001)


def run(process: workerd.Process, models: upstream.Server, phase: str, count: int) -> Outcome:
    """Abort twice as many requests in this phase, and return what the second half left behind when all have ended.

    The first half fills the heap: requests that overlap need more than one.
    """
    before = len(ended(process))
    for _ in range(count):
        abort(process, models, phase)
    wait_until_ended(process, before + count)
    first = memory(process)
    for _ in range(count):
        abort(process, models, phase)
    wait_until_ended(process, before + 2 * count)
    last = memory(process)
    lines = ended(process)[before:]
    codes = Counter(line.get("code", "") for line in lines)
    grown = (last.objects - first.objects) / count, (last.heap_bytes - first.heap_bytes) / MIB
    return Outcome(*grown, codes, max(line.get("total_ms", 0.0) for line in lines))


def wait_until_ended(process: workerd.Process, count: int) -> None:
    """Send requests, which close what the runtime has dropped, until every aborted request has its log line.

    A reset that arrives before the request was read leaves no request. Then the end of what has begun is waited for.
    """
    last = time.monotonic() + DEADLINE_S + GRACE_S

    def all_ended() -> bool:
        requests.get(process.url("embedder") + "/health", timeout=30)
        return len(ended(process)) >= count or time.monotonic() > last

    until(all_ended)


def ended(process: workerd.Process) -> list[dict]:
    lines = [json.loads(line) for line in list(process.stdout) if line.startswith("{")]
    return [line for line in lines if line["path"] != "/health"]


def faults(outcome: Outcome) -> list[str]:
    found = [f"{outcome.objects:.0f} objects a request"] if outcome.objects > OBJECTS_A_REQUEST else []
    found += [f"ended after {outcome.longest_ms:.0f} ms"] if outcome.longest_ms > DEADLINE_S * 1000 else []
    return [*found, *([f"{outcome.heap_mib:.1f} MiB of heap"] if outcome.heap_mib > SPARE_MIB else [])]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.faults.aborting", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    count = parser.parse_args().requests
    wrong = []
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as (process, models):
        for phase in PHASES:
            outcome = run(process, models, phase, count)
            held = f"{outcome.objects:6.1f} objects a request, {outcome.heap_mib:5.1f} MiB more heap"
            print(f"{phase:>10}: {held}, at most {outcome.longest_ms:.0f} ms, {dict(outcome.codes)}", flush=True)
            wrong += faults(outcome)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
