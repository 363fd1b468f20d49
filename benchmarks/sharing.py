"""Measures requests of one text with and without the binding `BATCHER`, before a model that takes 50 ms and 50 calls a
second. With --simulate, plays the gathering of texts for other traffic, without a network.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import requests

from benchmarks.measures.measure import cpu_ms
from benchmarks.subjects.contenders import our_modules
from tools import runtime
from tools.workerd import Config, External, Process, Worker, ai, js_worker, namespace, serve, text

RATES = (10, 20, 50, 100, 200, 400)  # requests a second that are offered
LIGHT, HEAVY = 20, 400
SECONDS = 6
QUERIES = 10_000  # different ones of the run with repeated queries
MOST_OPEN = 256  # connections
_WORKERS = Path(__file__).parent / "workers"
_SIMULATION = Path(__file__).parent / "simulate.js"
_HOST = "127.0.0.1"
_HEAD = b"POST /embed HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
_SIMULATED = "--rate, --call-ms, --shards, --calls, --cache-bytes, --queries (Zipf; 0: all new), --seconds"


class Run(msgspec.Struct):
    """What a run saw. Times of answers with status 200, in ms; CPU of the Worker's process, in ms per answer."""

    rate: int
    shared: bool
    answered: float = 0.0  # a second
    rejected: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    cpu: float = 0.0
    calls_an_answer: float = 0.0


@contextlib.contextmanager
def serving(*, shared: bool) -> Iterator[tuple[Process, Process]]:
    """Start the model and the Worker, each in a process of its own."""
    with contextlib.ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        model = Config([Worker("model", js_worker(_WORKERS / "limited.js"))], {"model": 0})
        upstream = stack.enter_context(serve(model, folders[0], log=False))
        bindings = {"AI": ai("model"), "AUTH": text("off")} | ({"BATCHER": namespace("Batcher")} if shared else {})
        worker = Worker("embedder", our_modules(), bindings, durable_objects=["Batcher"] if shared else ())
        config = Config([worker, External("model", f"{_HOST}:{upstream.ports['model']}")], {"embedder": 0})
        process = stack.enter_context(serve(config, folders[1], log=False))
        yield process, upstream


class Client:
    """Sends requests at their times, each on a connection that is free, and records the answers."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._open = asyncio.Semaphore(MOST_OPEN)
        self.times: list[float] = []
        self.rejected = 0
        self.elapsed_s = 0.0  # from the first request to the last answer

    async def ask(self, query: str) -> None:
        began = time.perf_counter()
        async with self._open:
            connection = self._free.pop() if self._free else await asyncio.open_connection(_HOST, self._port)
            status = await self._exchange(*connection, query)
            self._free.append(connection)
        if status == 200:
            self.times.append(time.perf_counter() - began)
        else:
            self.rejected += 1

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, query: str) -> int:
        body = json.dumps({"text": query}).encode()
        writer.write(_HEAD % len(body) + body)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        return int(head[9:12])

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()


async def offer(client: Client, rate: int, seconds: float, queries: Iterator[str]) -> None:
    """Send `rate` requests a second at random times (Poisson), whether or not earlier ones were answered."""
    chance = random.Random(rate)  # noqa: S311
    began, due = time.perf_counter(), 0.0
    async with asyncio.TaskGroup() as tasks:
        while due < seconds:
            await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
            tasks.create_task(client.ask(next(queries)))
            due += chance.expovariate(rate)


def measure(rate: int, *, shared: bool, seconds: float = SECONDS, zipf: bool = False) -> Run:
    with serving(shared=shared) as (process, model):
        for number in range(20):  # warm up, slowly enough for the model
            requests.post(f"{process.url('embedder')}/embed", json={"text": f"warm {number}"}, timeout=60)
        queries = repeated() if zipf else (f"query {number}" for number in itertools.count())
        before, spent = counts(model), cpu_ms(process.pid)
        client = asyncio.run(_offered(process.ports["embedder"], rate, seconds, queries))
        calls = counts(model)["calls"] - before["calls"]
        spent = cpu_ms(process.pid) - spent
    times = sorted(client.times)
    return Run(
        rate=rate,
        shared=shared,
        answered=len(times) / client.elapsed_s,
        rejected=client.rejected / client.elapsed_s,
        p50=1000 * times[len(times) // 2],
        p99=1000 * times[len(times) * 99 // 100],
        cpu=spent / len(times),
        calls_an_answer=calls / len(times),
    )


async def _offered(port: int, rate: int, seconds: float, queries: Iterator[str]) -> Client:
    client = Client(port)
    began = time.perf_counter()
    await offer(client, rate, seconds, queries)
    client.elapsed_s = time.perf_counter() - began
    client.close()
    return client


def counts(model: Process) -> dict[str, int]:
    return dict(requests.get(f"{model.url('model')}/counts", timeout=60).json())


def repeated() -> Iterator[str]:
    """Yield queries of which the k-th most frequent has a share of 1/k (Zipf 1.0)."""
    chance = random.Random(1)  # noqa: S311
    weights = list(itertools.accumulate(1 / k for k in range(1, QUERIES + 1)))
    while True:
        yield f"query {chance.choices(range(QUERIES), cum_weights=weights)[0]}"


def verdicts(runs: list[Run]) -> dict[str, bool]:
    """Return the goals, and whether they are met; all are ratios within one run."""
    found = {(run.rate, run.shared): run for run in runs}
    light, heavy = found[LIGHT, True], found[HEAVY, True]
    return {
        f"at {LIGHT} a second, p50 is at most 1.2 of direct calls": light.p50 <= 1.2 * found[LIGHT, False].p50,
        f"at {HEAVY} a second, no request is rejected": heavy.rejected == 0,
        f"at {HEAVY} a second, 4 times the answers of direct calls": heavy.answered >= 4 * found[HEAVY, False].answered,
    }


def table(runs: list[Run]) -> str:
    head = "| offered | way | answered | rejected | p50 ms | p99 ms | CPU ms an answer | calls an answer |\n"
    head += "|---:|---|---:|---:|---:|---:|---:|---:|\n"
    return head + "".join(map(row, runs))


def row(run: Run) -> str:
    way = "shared" if run.shared else "direct"
    figures = f"{run.p50:.0f} | {run.p99:.0f} | {run.cpu:.1f} | {run.calls_an_answer:.2f}"
    return f"| {run.rate} | {way} | {run.answered:.0f} | {run.rejected:.0f} | {figures} |\n"


def simulate(arguments: list[str]) -> int:
    """Run the simulation in Node.js; it prints JSON."""
    runtime.prepare()
    command = ["node", str(_SIMULATION), *arguments]
    return subprocess.run(command, env=runtime.environment(), check=False).returncode  # noqa: S603


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sharing", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of each run")
    parser.add_argument("--rates", type=int, nargs="+", default=list(RATES), help="requests a second")
    parser.add_argument(
        "--simulate",
        action="store_true",
        help=f"play the gathering without a network; takes {_SIMULATED}",
    )
    options, others = parser.parse_known_args()
    if options.simulate:
        return simulate([each for each in sys.argv[1:] if each != "--simulate"])
    if others:
        parser.error(f"unknown: {' '.join(others)}")
    rates = sorted({LIGHT, HEAVY, *options.rates})
    runs = [measure(rate, shared=shared, seconds=options.seconds) for rate in rates for shared in (False, True)]
    print(table(runs))
    zipf = measure(100, shared=True, seconds=options.seconds, zipf=True)
    print(f"repeated queries (Zipf 1.0 over {QUERIES:,}), 100 a second: {zipf.calls_an_answer:.2f} calls an answer\n")
    met = verdicts(runs)
    for goal, is_met in met.items():
        print(f"{'yes' if is_met else 'NO ':3} {goal}")
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
