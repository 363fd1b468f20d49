"""How long a request keeps the isolate from answering others.

`python -m tests.runtime.limits.blocking` prints the longest ones.

While a body is sent, `/health` is asked again and again. What counts is the time that the thread of the isolate has
worked between two answers: other processes of the machine do not change it much.
"""

import argparse
import http.client
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path

import msgspec
import requests

from benchmarks.subjects.contenders import UPSTREAM, WORKER, measured_config
from benchmarks.subjects.rows import Rows
from embedder.api.routing import Route
from tests.runtime.limits import worst_bodies, worst_requests
from tests.runtime.limits.worst_requests import Request
from tests.strategies import filled
from tools import workerd

TIMEOUT_S = 90
TICKS = 3  # answers before and after the body
MOST = 10  # of the longest, printed at the end


class Blocked(msgspec.Struct, frozen=True, order=True):
    """The longest gap between two answers of /health, in milliseconds of the thread's work, and what caused it."""

    ms: float
    status: int
    name: str
    share: float = 1.0  # of all the work in this time


@contextmanager
def serve(*, delay_ms: int = 0) -> Iterator[workerd.Process]:
    """Start the Worker with its memory readable, and its upstream, which may be slow, in a process of its own."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        both = measured_config(Rows().write(folders[0] / "rows.json"))
        worker = next(service for service in both.services if service.name == WORKER)
        upstream = next(service for service in both.services if service.name == UPSTREAM)
        upstream.bindings.update({"DELAY_MS": workerd.text(str(delay_ms))} if delay_ms else {})
        served = workerd.serve(workerd.Config([upstream], {UPSTREAM: 0}), folders[0], snapshot=False)
        address = f"127.0.0.1:{stack.enter_context(served).ports[UPSTREAM]}"
        services = [worker, workerd.External(UPSTREAM, address)]
        whole = workerd.Config(services, {WORKER: 0}, v8_flags=both.v8_flags)
        process = stack.enter_context(workerd.serve(whole, folders[1]))
        for count in (1, 100, 100):
            body = {"model": "embeddinggemma", "input": [worst_bodies.MIXED * (10_000 // count)] * count}
            requests.post(process.url(WORKER) + "/v1/embeddings", json=body, timeout=TIMEOUT_S)
        yield process


def worked_ms(pid: int) -> float:
    """Return for how long the main thread of a process has run."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e6


class Health(threading.Thread):
    """Asks /health again and again, and keeps the gaps between the answers."""

    def __init__(self, process: workerd.Process) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._ended = threading.Event()
        self.gaps: list[float] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._process.ports[WORKER], timeout=TIMEOUT_S)
        last = worked_ms(self._process.pid)
        while not self._ended.is_set():
            connection.request("GET", "/health")
            connection.getresponse().read()
            last, before = worked_ms(self._process.pid), last
            self.gaps.append(last - before)

    def wait(self, count: int) -> None:
        wanted = len(self.gaps) + count
        while len(self.gaps) < wanted and self.is_alive():
            time.sleep(0.001)

    def longest(self) -> float:
        self.wait(TICKS)
        self._ended.set()
        self.join()
        return max(self.gaps)


def blocked(process: workerd.Process, route: Route, name: str, body: bytes) -> Blocked:
    """Send one body, and return how long others had to wait at most."""
    return blocked_by(process, name, Request(route.method, filled(route.path), body))


def blocked_by(process: workerd.Process, name: str, sent: Request) -> Blocked:
    """Send one request, and return how long others had to wait at most."""
    health = Health(process)
    health.start()
    health.wait(TICKS)
    headers = {"content-type": sent.kind, **sent.headers}
    url = process.url(WORKER) + sent.path
    answer = requests.request(sent.method, url, data=sent.body, headers=headers, timeout=TIMEOUT_S)
    longest = health.longest()
    return Blocked(longest, answer.status_code, name, longest / sum(health.gaps))


def worst(process: workerd.Process, route: Route, kind: str) -> list[Blocked]:
    """Send all bodies of a route with one kind of text, or of JSON; the one that blocks the longest is first."""
    found = worst_bodies.bodies(route, kind)
    return sorted((blocked(process, route, name, make()) for name, make in found), reverse=True)


def of_routes(process: workerd.Process, part: str, kinds: list[str]) -> Iterator[Blocked]:
    """Yield the longest block of each route whose path has `part`, for each kind of body."""
    for route in worst_bodies.with_bodies():
        if part in route.path:
            for kind in kinds:
                first = worst(process, route, kind)[0]
                yield Blocked(first.ms, first.status, f"{route.method} {route.path} {kind}: {first.name}")


def of_requests(process: workerd.Process, part: str) -> Iterator[Blocked]:
    """Yield the block of each of the other requests whose name has `part`."""
    for name, sent in worst_requests.requests():
        if part in name:
            yield blocked_by(process, name, sent)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.limits.blocking", description=__doc__)
    parser.add_argument("--route", default="", help="a part of the paths")
    parser.add_argument(
        "--texts", default="", help="kinds of texts, separated by commas; none for the other requests only"
    )
    parser.add_argument("--name", default="", help="a part of the names of the other requests")
    options = parser.parse_args()
    kinds = options.texts.split(",") if options.texts else [*worst_bodies.TEXTS, worst_bodies.NESTED]
    found = []
    with serve() as process:
        others = of_requests(process, options.name)
        for each in others if kinds == ["none"] else chain(of_routes(process, options.route, kinds), others):
            print(f"{each.ms:5.0f} ms {each.status} {each.name}", flush=True)
            found.append(each)
    print(f"\nThe longest {MOST}:")
    for each in sorted(found, reverse=True)[:MOST]:
        print(f"{each.ms:5.0f} ms {each.status} {each.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
