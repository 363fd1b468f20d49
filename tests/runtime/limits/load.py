"""Load on the Worker under the real binding classes: many connections, mixed requests, faults in one of twenty, and
as many clients that reset their connection.

`python -m tests.runtime.limits.load --seconds 60` is the long run, which ends with the hostile callers of attack.py.
The tests run short ones. Answers are compared with the vectors that its own texts must have, so that an answer for
another request can't pass.
"""

import argparse
import asyncio
import contextlib
import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec

from benchmarks.measures.load import reset_at_close
from benchmarks.subjects.contenders import measured_modules
from emulator import lexical
from tests.runtime import upstream
from tests.runtime.faults import aborting
from tests.runtime.limits import attack
from tools import workerd

CONNECTIONS = 200
FAULT_SHARE = 0.05
ABORTED_SHARE = 0.05
UPLOAD_SHARE = 0.3  # of them, which send a part of their request
LONGEST_WAIT_S = 0.5
TIMEOUT_S = 120
# fault -> status; all of them are the injected ones
FAULTS = {"3040": 503, "4006": 429, "5006": 400, "3023": 502, "short": 502, "zeros": 502, "reset": 502}
WARM_UP_S = 6
GROWTH_LIMIT = 1.25  # of the resident memory, from the first third of the run to the last


class Outcome(msgspec.Struct):
    """What a run saw: answers by kind, what was wrong, the resident memory over time in MB."""

    answers: Counter[str]
    wrong: list[str]
    memory_mb: list[float]
    seconds: float
    aborted: int = 0
    live: int = 0  # requests that have not ended when all clients have

    @property
    def growth(self) -> float:
        """Return the last third's memory in units of the first third's."""
        third = max(1, len(self.memory_mb) // 3)
        return max(self.memory_mb[-third:]) / max(self.memory_mb[:third])


class Ask(msgspec.Struct):
    """One request and how its answer is judged."""

    kind: str
    method: str
    path: str
    body: dict
    judge: Callable[[int, dict], bool]


def ask(chance: random.Random) -> Ask:
    """Draw a request: its texts are its own, so its answer can be told from any other."""
    texts = [f"text {chance.randrange(300)}" for _ in range(chance.choice((1, 2, 10)))]
    if chance.random() < FAULT_SHARE:
        fault = chance.choice(list(FAULTS))
        return Ask("fault", "POST", "/v1/embeddings", _openai([f"fault:{fault}"]), _status(FAULTS[fault]))
    return chance.choice((_native, _short, _list, _bad, _search, _store))(texts)


def _openai(texts: list[str]) -> dict:
    return {"model": "embeddinggemma-300m", "input": texts}


def _status(wanted: int) -> Callable[[int, dict], bool]:
    return lambda status, _: status == wanted


def _rows(texts: list[str], read: Callable[[dict], list]) -> Callable[[int, dict], bool]:
    wanted = [lexical.embed(text) for text in texts]
    return lambda status, body: status == 200 and read(body) == wanted


def _native(texts: list[str]) -> Ask:
    return Ask("native", "POST", "/embed", {"text": texts}, _rows(texts, lambda body: body["data"]))


def _short(texts: list[str]) -> Ask:
    head = lexical.embed(texts[0])[:128]
    wanted = head[5] / math.hypot(*head)

    def fits(status: int, body: dict) -> bool:
        return (status, body["shape"]) == (200, [len(texts), 128]) and abs(body["data"][0][5] - wanted) < 1e-6

    return Ask("128", "POST", "/embed", {"text": texts, "dimensions": 128}, fits)


def _list(texts: list[str]) -> Ask:
    judge = _rows(texts, lambda body: [item["embedding"] for item in body["data"]])
    return Ask("openai", "POST", "/v1/embeddings", _openai(texts), judge)


def _bad(texts: list[str]) -> Ask:
    return Ask("rejected", "POST", "/embed", {"text": [*texts, ""]}, _status(400))


def _search(texts: list[str]) -> Ask:
    return Ask(
        "search", "POST", "/search", {"text": texts[0]}, lambda status, body: (status, body["count"]) == (200, 0)
    )


def _store(texts: list[str]) -> Ask:
    items = [{"id": str(place), "text": text} for place, text in enumerate(texts)]
    judge = lambda status, body: status == 200 and body["count"] == len(texts)  # noqa: E731
    return Ask("store", "PUT", "/vectors", {"documents": items}, judge)


async def abort(port: int, item: Ask, chance: random.Random) -> None:
    """Send a request, or a part of it, and reset the connection soon, or when the answer begins."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reset_at_close(writer.get_extra_info("socket"))
    request = b"".join(aborting.written(item.method, item.path, item.body))
    writer.write(request[: chance.randrange(len(request))] if chance.random() < UPLOAD_SHARE else request)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(chance.uniform(0, LONGEST_WAIT_S)):
            await reader.read(1)
    writer.transport.abort()


async def client(port: int, seed: int, until: float, outcome: Outcome) -> None:
    chance = random.Random(seed)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", verify=False, timeout=TIMEOUT_S) as http:
        while time.monotonic() < until:
            item = ask(chance)
            if chance.random() < ABORTED_SHARE:
                await abort(port, item, chance)
                outcome.aborted += 1
                continue
            answer = await http.request(item.method, item.path, json=item.body)
            outcome.answers[item.kind] += 1
            if not item.judge(answer.status_code, answer.json()):
                outcome.wrong.append(f"{item.kind}: {answer.status_code} {answer.text[:200]}")


async def watch_memory(pid: int, until: float, outcome: Outcome) -> None:
    while time.monotonic() < until:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        outcome.memory_mb.append(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024)
        await asyncio.sleep(0.2)


async def run(port: int, pid: int, seconds: float, connections: int) -> Outcome:
    """Load the Worker at `port` for so many seconds."""
    began = time.monotonic()
    outcome = Outcome(Counter(), [], [], 0.0)
    clients = [client(port, seed, began + seconds, outcome) for seed in range(connections)]
    async with asyncio.timeout(seconds + 120):
        await asyncio.gather(watch_memory(pid, began + seconds, outcome), *clients)
    outcome.seconds = time.monotonic() - began
    return outcome


def load(seconds: float, connections: int, folder: Path) -> Outcome:
    """Start the Worker before failing models, load it, and return what was seen."""
    with upstream.serve() as models:
        worker = upstream.worker(measured_modules(), DEADLINE_S="60")
        services = [worker, workerd.External("upstream", models.address)]
        config = workerd.Config(services, {"embedder": 0}, v8_flags=["--expose-gc"])
        with workerd.serve(config, folder) as process:
            asyncio.run(run(process.ports["embedder"], process.pid, WARM_UP_S, connections))
            outcome = asyncio.run(run(process.ports["embedder"], process.pid, seconds, connections))
            outcome.live = aborting.memory(process).live
            return outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = load(options.seconds, options.connections, Path(folder))
    print(f"{outcome.answers.total()} answers in {outcome.seconds:.0f} s: {dict(outcome.answers)}")
    print(f"{outcome.aborted} clients reset their connection; {outcome.live} requests have not ended")
    print(f"wrong: {len(outcome.wrong)} {outcome.wrong[:3]}")
    print(f"resident memory: {outcome.memory_mb[0]:.0f} MB at first, {max(outcome.memory_mb):.0f} MB at most", end="; ")
    print(f"last third {outcome.growth:.2f} of the first third")
    faults = attacked()
    return 1 if faults or outcome.wrong or outcome.live or outcome.growth > GROWTH_LIMIT else 0


def attacked() -> list[str]:
    """Run the attack, print what was seen, and return what breaks a promise."""
    seen = attack.attack()
    print(f"{attack.HONEST} honest callers beside hostile ones for {attack.SECONDS} s: {dict(seen.during)}", end="; ")
    print(f"after that: {dict(seen.after)}; slowest answer {seen.slowest_s:.1f} s")
    print(f"hostile requests: {dict(seen.hostile)}")
    print(f"heap {seen.heap_mib:.0f} MiB, {seen.grown_mib:.0f} MiB more resident at most; faults: {seen.faults[:3]}")
    return seen.faults


if __name__ == "__main__":
    sys.exit(main())
