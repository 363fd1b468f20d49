"""Documents with faults through the ingestion queue, while the Worker is killed again and again.

Exit status 1, and what was found, unless every document is stored or has a dead letter with a reason.
"""

import argparse
import base64
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from embedder.queue.redelivery import LONGEST_DELAY_S
from tests.dev import START_LIMIT_S
from tests.runtime.queue import gateway
from tests.runtime.queue.gateway import LASTING, PASSING, Gateway, text_of
from tests.worker import free_port
from tools import runtime, workerd
from tools.dev import process as dev

FULL_DOCUMENTS = 10_000
KILLS = 5
FAULTY = 0.2
SEED = 20_261_124
DEADLINE_S = "2"
_FOLDER = Path(__file__).parent
_PER_REQUEST = 250
_RARE = {"zeros": 0.1, "slow": 0.02}  # faults that take seconds
_IDLE_S = 20  # without progress: something is lost


@dataclass
class Outcome:
    """What happened to the documents."""

    documents: int
    good: set[str] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)
    malformed: int = 0
    kills: int = 0
    rejections: list[str] = field(default_factory=list)  # codes of requests that were not queued
    seconds: float = 0.0
    gateway: Gateway | None = None

    def faults(self) -> list[str]:
        """Return what is wrong."""
        found = self.gateway
        assert found
        letters = {letter["id"] for letter in found.letters if letter["id"]}
        without = [letter for letter in found.letters if not (letter["reason"]["code"] and letter["reason"]["message"])]
        nameless = sum(letter["id"] is None for letter in found.letters)
        checks = {
            "acknowledged before they were written": found.too_early,
            "lost": sorted(self.good - found.stored.keys() - letters)[:20],
            "stored, but with a lasting fault": sorted(self.bad & found.stored.keys())[:20],
            "given up, but without a lasting fault": sorted(letters & self.good)[:20],
            "with a lasting fault, but without a dead letter": sorted(self.bad - letters)[:20],
            "dead letters without a reason": without[:5],
            "malformed messages without a dead letter": max(0, self.malformed - nameless),
            "kills that did not happen": KILLS - self.kills,
            "no error of a queue that rejects messages": self.rejections[:1] != ["upstream_busy"] and self.rejections,
        }
        return [f"{what}: {value}" for what, value in checks.items() if value]

    def __str__(self) -> str:
        found = self.gateway
        assert found
        reasons = Counter(letter["reason"]["code"] for letter in found.letters)
        return (
            f"{self.documents} documents in {self.seconds:.0f} s: {len(found.stored)} stored, "
            f"dead letters {dict(reasons)}\n"
            f"{found.batches} batches, {found.calls} calls of the model, {found.lost_batches} batches lost in "
            f"{self.kills} kills, {sum(found.stored.values()) - len(found.stored)} writes repeated\n"
            f"faults {dict(found.faults)}\ndelays {_short(found.delays)}"
        )


def _short(delays: Counter[int]) -> dict[str, int]:
    """Count delays. Those until midnight count together."""
    found: Counter[str] = Counter()
    for delay, count in delays.items():
        found[f"{delay} s" if delay <= LONGEST_DELAY_S else "until midnight"] += count
    return dict(found)


class Workerd:
    """The Worker in a process that can be killed, and is started again at once."""

    def __init__(self, gateway: Gateway, folder: Path) -> None:
        self._gateway = gateway
        self._folder = folder
        self._config = _config(gateway.address)
        self._snapshot = workerd.save_snapshot(self._config, folder)  # a start from it takes a fifth of the time
        self._stack = contextlib.ExitStack()
        self._process: workerd.Process | None = None
        self.url = ""
        self.kills = 0

    def start(self) -> None:
        self._stack = contextlib.ExitStack()
        self._process = self._stack.enter_context(
            workerd.serve(self._config, self._folder, snapshot=self._snapshot, log=False)
        )
        self._gateway.dispatcher, self.url = self._process.url("dispatcher"), self._process.url("embedder")
        self._gateway.running.set()

    def kill(self) -> None:
        """Kill the process, and start a new one."""
        assert self._process
        self._gateway.running.clear()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.process.wait()
        self.kills += 1
        self._stack.close()
        self.start()

    def close(self) -> None:
        self._gateway.running.clear()
        self._stack.close()


def _config(address: str) -> workerd.Config:
    """Return the Worker with the runtime's own binding classes, its queues, and what delivers batches to it."""
    bindings = {
        "AI": workerd.ai("gateway"),
        "VECTORIZE": workerd.vectorize("gateway"),
        "INGEST": workerd.queue("ingest"),
        "INGEST_FAILED": workerd.queue("failed"),
        "AUTH": workerd.text("off"),
        "DEADLINE_S": workerd.text(DEADLINE_S),
    }
    link = workerd.js_worker(_FOLDER / "link.js")
    links = [
        workerd.Worker(name, link, {"GATEWAY": workerd.service("gateway"), "QUEUE": workerd.text(name)})
        for name in ("ingest", "failed")
    ]
    dispatcher = workerd.Worker(
        "dispatcher",
        workerd.js_worker(_FOLDER / "dispatcher.js"),
        {"EMBEDDER": workerd.service("embedder")},
        flags=["service_binding_extra_handlers"],
    )
    worker = workerd.Worker("embedder", workerd.python_worker(runtime.ROOT / "src"), bindings)
    services = [worker, dispatcher, *links, workerd.External("gateway", address)]
    return workerd.Config(services, {"embedder": 0, "dispatcher": 0})


@contextlib.contextmanager
def broker(gateway: Gateway, folder: Path) -> Iterator[str]:
    """Run wrangler's emulation of Queues; yield its address."""
    port = free_port()
    command = ["npx", "--yes", "wrangler", "dev", "--ip", "127.0.0.1", "--port", str(port), "--inspector-port", "0"]
    command += ["-c", str(_FOLDER / "broker" / "wrangler.toml"), "--var", f"GATEWAY:http://{gateway.address}"]
    command += ["--persist-to", str(folder / "state")]
    with (folder / "broker.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=runtime.ROOT,
            env=runtime.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            dev.stop(process)


def _wait_for(url: str, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "wrangler ended"
        with contextlib.suppress(OSError), urlopen(url, timeout=5) as response:
            if response.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError("wrangler did not start")


def kinds(count: int, chance: random.Random) -> list[str]:
    """Return the fault of each document: "" for most, and every kind at least once."""
    every = [*LASTING, *PASSING]
    weights = [_RARE.get(kind, 1) for kind in every]
    faulty = max(len(every), int(count * FAULTY))
    found = [*every, *chance.choices(every, weights, k=faulty - len(every)), *[""] * (count - faulty)]
    chance.shuffle(found)
    return found


MALFORMED = (
    "not JSON",
    '"text"',
    '{"version":2,"document":{"id":"v2","text":"a"}}',
    '{"version":1,"document":{"id":"no-text"}}',
    '{"version":1,"document":{"id":"","text":"a"}}',
    '{"version":1,"unknown":1,"document":{"id":"a","text":"a"}}',
    '{"version":1,"document":' + "[" * 70 + "]" * 70 + "}",
    "x" * 120_000,
)


def run(count: int, folder: Path) -> Outcome:
    """Send the documents, kill the Worker at writes and calls of the model, and wait until nothing is left."""
    chance = random.Random(SEED)
    names = {f"doc-{number}": kind for number, kind in enumerate(kinds(count, chance))}
    outcome = Outcome(count, malformed=len(MALFORMED))
    outcome.bad = {name for name, kind in names.items() if kind in LASTING}
    outcome.good = names.keys() - outcome.bad
    with gateway.serve() as hub, broker(hub, folder) as hub.broker:
        outcome.gateway = hub
        process = Workerd(hub, folder)
        process.start()
        began = time.monotonic()
        _plan_kills(hub, process, count, chance)
        try:
            _send_malformed(hub)
            documents = [{"id": name, "text": text_of(name, kind)} for name, kind in names.items()]
            _send(process, documents, outcome.rejections)
            _wait_until_settled(hub, outcome)
        finally:
            process.close()
        outcome.seconds = time.monotonic() - began
        outcome.kills = process.kills
    return outcome


def _plan_kills(hub: Gateway, process: Workerd, count: int, chance: random.Random) -> None:
    """Kill in turn in a call of the model, and after a write whose answer the Worker does not get."""
    goals = sorted(chance.sample(range(count // 10, count * 7 // 10), KILLS))
    lock = threading.Lock()

    def kill(after_write: bool) -> None:
        with lock:
            is_due = len(hub.stored) >= goals[0] if goals else False
            if is_due and (len(goals) % 2 == 0) == after_write:
                goals.pop(0)
                process.kill()

    hub.on_write = lambda: kill(True)
    hub.on_call = lambda: kill(False)


def _send_malformed(hub: Gateway) -> None:
    messages = [{"body": base64.b64encode(text.encode()).decode()} for text in MALFORMED]
    body = json.dumps({"messages": messages}).encode()
    with urlopen(Request(f"{hub.broker}/ingest", data=body), timeout=30):
        pass


def _send(process: Workerd, documents: Sequence[dict[str, str]], rejections: list[str]) -> None:
    for start in range(0, len(documents), _PER_REQUEST):
        body = json.dumps({"documents": documents[start : start + _PER_REQUEST], "queue": True}).encode()
        while not _is_queued(process, body, rejections):
            time.sleep(0.05)


def _is_queued(process: Workerd, body: bytes, rejections: list[str]) -> bool:
    """Send a request. If the Worker is killed meanwhile, it is sent again: ids make repeats harmless."""
    headers = {"content-type": "application/json"}
    request = Request(f"{process.url}/vectors", data=body, headers=headers, method="PUT")
    try:
        with urlopen(request, timeout=30) as response:
            return response.status == 202
    except HTTPError as error:
        rejections.append(json.loads(error.read())["error"]["code"])
    except OSError:
        pass
    return False


def _wait_until_settled(hub: Gateway, outcome: Outcome) -> None:
    """Wait until every document is stored or given up, or until nothing changes any more."""
    last, since = (0, 0, 0), time.monotonic()
    while time.monotonic() - since < _IDLE_S:
        given_up = {letter["id"] for letter in hub.letters}
        nameless = sum(letter["id"] is None for letter in hub.letters)
        left = (outcome.good - hub.stored.keys()) | (outcome.bad - given_up)
        if not left and nameless >= outcome.malformed:
            return
        now = (len(hub.stored), len(hub.letters), hub.calls)
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.05)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.queue.run", description=__doc__)
    parser.add_argument("--documents", type=int, default=FULL_DOCUMENTS)
    options = parser.parse_args(arguments)
    runtime.prepare()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(options.documents, Path(folder))
    print(outcome)
    found = outcome.faults()
    print("\n".join(found) or "every document is stored or has a dead letter")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
