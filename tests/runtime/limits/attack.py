"""Hostile callers beside honest ones: `python -m tests.runtime.limits.load` runs this for 30 s after the load.

The hostile ones send bodies that are slow, stop, come in tiny chunks or are the worst of their size; they do not read
their answers, or reset their connections. Each kind has an address of its own. The honest ones must get their answers,
or a 429 with `retry-after` while the attack lasts.
"""

import asyncio
import contextlib
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec

from benchmarks.measures.load import reset_at_close
from benchmarks.subjects.contenders import WORKER
from tests.runtime.limits import blocking, memory, worst_bodies
from tests.strategies import INDEX, arrays
from tools import workerd

HONEST = 50
SECONDS = 30
AFTER_S = 5  # in which the honest ones go on alone
MODEL_MS = 100
TIMEOUT_S = 60
PAUSE_S = (0.2, 0.8)  # of an honest caller
HEAP_MIB = 80  # 52 to 62; 90 if requests reserve nothing
RESIDENT_MIB = 350  # more than before: 220 to 280; 410 if requests reserve nothing
NAME = "embeddinggemma-300m"
SIZE = worst_bodies.SIZE


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


EMOJI = "\N{GRINNING FACE}"
MIXED = worst_bodies.MIXED
BATCH = _json({"model": NAME, "input": [MIXED * 40] * 2048})
SHORT_BATCH = _json({"model": NAME, "input": ["a"] * 2048, "encoding_format": "base64"})
MIDDLE = _json({"model": NAME, "texts": [EMOJI * 7_900] * 2, "input_type": "search_query"})
ONE_BYTE_CHUNKS = b"".join(b"1\r\n%c\r\n" % byte for byte in _json({"text": "a" * 59_000})) + b"0\r\n\r\n"
LARGE = _json({"text": [EMOJI + "a" * (SIZE // 100 - 20)] * 100})
FORM = b"".join(b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(60_000)) + b"--b--\r\n"
NUMBERS = b'{"documents":[{"id":"1","text":"a","metadata":{"x":[%s]}}]}'
HOSTILE_JSON = (
    ("PUT", "/vectors", NUMBERS % b",".join([b"1e308"] * 99_000)),
    ("PUT", "/vectors", NUMBERS % b",".join([b"9" * 4_000] * 900)),
    ("POST", "/embed", b'{"text":%b}' % arrays(60)),
    ("POST", "/embed", b'{"text":["a",%b]}' % b",".join([b"{}"] * 1_300_000)),
    ("POST", "/v1/embeddings", b'{"input":"\\ud800%b"}' % (b"\\u00e9" * 600_000)),
    ("POST", f"{INDEX}/upsert", b'{"vectors":[%b]}' % b",".join([b'{"id":"a","values":[1]}'] * 49_000)),
)


class Seen(msgspec.Struct):
    """Statuses of the honest callers' answers, those after the attack, what was wrong, and the memory of workerd."""

    during: Counter[int] = msgspec.field(default_factory=Counter)
    after: Counter[int] = msgspec.field(default_factory=Counter)
    wrong: list[str] = []
    hostile: Counter[str] = msgspec.field(default_factory=Counter)
    slowest_s: float = 0.0
    grown_mib: float = 0.0
    heap_mib: float = 0.0

    @property
    def faults(self) -> list[str]:
        """What breaks a promise."""
        found = [*self.wrong]
        found += [f"after the attack: {status}" for status in self.after if status != 200]
        found += [f"the heap has {self.heap_mib:.0f} MiB"] if self.heap_mib > HEAP_MIB else []
        found += [f"{self.grown_mib:.0f} MiB more are resident"] if self.grown_mib > RESIDENT_MIB else []
        return found


class Attack:
    """Hostile callers of a Worker, until a time. `seen` counts what each kind has done."""

    def __init__(self, port: int, until: float, seen: Seen) -> None:
        self.port, self.until, self.seen = port, until, seen

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def repeat(self, name: str, once: Callable[["Attack", str], Awaitable[None]], address: str) -> None:
        while time.monotonic() < self.until:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(max(0.1, self.until - time.monotonic())):
                    await once(self, address)
            self.seen.hostile[name] += 1

    async def send(self, head: bytes, body: bytes = b"") -> None:
        """Send a request, and read the answer to its end."""
        async with self.connection() as (reader, writer):
            writer.write(head + body)
            while await reader.read(65_536):
                pass


def head(address: str, length: int | None, target: str = "POST /embed", kind: str = "application/json") -> bytes:
    size = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    lines = [f"{target} HTTP/1.1", "host: x", f"content-type: {kind}", f"cf-connecting-ip: {address}", size]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode()


async def slow_upload(attack: Attack, address: str) -> None:
    async with attack.connection() as (_, writer):
        writer.write(head(address, SIZE))
        for _ in range(40):
            writer.write(b" " * 512)
            await writer.drain()
            await asyncio.sleep(0.25)


async def stopped_upload(attack: Attack, address: str) -> None:
    await attack.send(head(address, SIZE), LARGE[:100_000])


async def tiny_chunks(attack: Attack, address: str) -> None:
    await attack.send(head(address, None), ONE_BYTE_CHUNKS)


async def unread_answer(attack: Attack, address: str) -> None:
    async with attack.connection() as (_, writer):
        writer.write(head(address, len(SHORT_BATCH), "POST /v1/embeddings") + SHORT_BATCH)
        await asyncio.sleep(8)


async def worst_batch(attack: Attack, address: str) -> None:
    await attack.send(head(address, len(BATCH), "POST /v1/embeddings"), BATCH)


async def hostile_json(attack: Attack, address: str) -> None:
    for method, path, body in HOSTILE_JSON:
        await attack.send(head(address, len(body), f"{method} {path}"), body)
    await attack.send(head(address, len(FORM), f"POST {INDEX}/insert", "multipart/form-data; boundary=b"), FORM)


async def aborted(attack: Attack, address: str) -> None:
    async with attack.connection() as (_, writer):
        reset_at_close(writer.get_extra_info("socket"))
        writer.write(head(address, len(LARGE)) + LARGE[: random.randrange(len(LARGE) * 2)])
        await asyncio.sleep(random.uniform(0, 0.5))


async def middle(attack: Attack, address: str) -> None:
    await attack.send(head(address, len(MIDDLE), "POST /v2/embed"), MIDDLE)


# kind -> its request, and how many connections repeat it
KINDS: dict[str, tuple[Callable[[Attack, str], Awaitable[None]], int]] = {
    "slow uploads": (slow_upload, 8),
    "uploads that stop": (stopped_upload, 9),
    "chunks of a byte": (tiny_chunks, 4),
    "answers that are not read": (unread_answer, 4),
    "worst batches": (worst_batch, 4),
    "hostile JSON and forms": (hostile_json, 3),
    "resets": (aborted, 6),
    "bodies that are just small": (middle, 50),
}


def honest_requests(number: int) -> list[tuple[str, str, bytes]]:
    texts = [f"text {number} {place}" for place in range(20)]
    return [
        ("POST", "/embed", _json({"text": texts[0], "task": "query"})),
        ("POST", "/v1/embeddings", _json({"model": NAME, "input": texts})),
        ("GET", "/health", b""),
        ("POST", "/search", _json({"text": texts[1]})),
        ("PUT", "/vectors", _json({"documents": [{"id": text, "text": text} for text in texts[:5]]})),
        ("POST", "/similarity", _json({"texts": texts[:8]})),
        ("POST", "/embed", _json({"text": ["word " * 400] * 50})),
    ]


async def honest(number: int, port: int, ended: float, seen: Seen) -> None:
    """Call until some seconds after the attack has ended."""
    headers = {"cf-connecting-ip": f"198.51.100.{number}", "content-type": "application/json"}
    chance = random.Random(number)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", verify=False, timeout=TIMEOUT_S) as http:
        for method, path, body in itertools.cycle(honest_requests(number)):
            await asyncio.sleep(chance.uniform(*PAUSE_S))
            if (began := time.monotonic()) > ended + AFTER_S:
                return
            try:
                answer = await http.request(method, path, content=body, headers=headers)
            except httpx.HTTPError as error:
                seen.wrong.append(f"{method} {path}: {error!r}")
                continue
            (seen.after if began > ended else seen.during)[answer.status_code] += 1
            seen.slowest_s = max(seen.slowest_s, time.monotonic() - began)
            if answer.status_code != 200 and not (answer.status_code == 429 and "retry-after" in answer.headers):
                seen.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")


async def _run(port: int, seconds: float, seen: Seen) -> None:
    until = time.monotonic() + seconds
    attack = Attack(port, until, seen)
    work = [
        attack.repeat(name, once, f"203.0.113.{number}")
        for number, (name, (once, count)) in enumerate(KINDS.items())
        for _ in range(count)
    ]
    work += [honest(number, port, until, seen) for number in range(HONEST)]
    async with asyncio.timeout(seconds + AFTER_S + 2 * TIMEOUT_S):
        await asyncio.gather(*work)


def run(process: workerd.Process, seconds: float = SECONDS) -> Seen:
    """Attack a Worker for so many seconds."""
    seen = Seen()
    with memory.Watch(process.pid) as watch:
        asyncio.run(_run(process.ports[WORKER], seconds, seen))
    seen.grown_mib, seen.heap_mib = watch.grown_mib, memory.heap_mib(process)
    return seen


def attack(seconds: float = SECONDS) -> Seen:
    """Start the Worker before a slow model, and attack it."""
    with blocking.serve(delay_ms=MODEL_MS) as process:
        return run(process, seconds)
