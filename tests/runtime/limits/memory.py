"""The worst body of every route, and the memory that it takes.

`python -m tests.runtime.limits.memory` prints a table of it.

The Wasm heap never shrinks, so its size after a request tells the most that Python has needed. Answers that JavaScript
holds are part of the resident memory only.
"""

import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec
import requests

from benchmarks.measures.memory import MIB
from benchmarks.subjects.contenders import WORKER, measured_config
from benchmarks.subjects.rows import Rows
from embedder.settings import MODEL, Settings
from tests.strategies import INDEX, VECTOR
from tools import workerd

JSON = {"content-type": "application/json"}
TIMEOUT_S = 90
SIZE = Settings().max_body_bytes - 4_000
AT_ONCE = 8
EMOJI = "\N{GRINNING FACE}"  # Python stores every character of a text with one in four bytes
NAME = "embeddinggemma-300m"

Body = tuple[str, str, bytes]


def text(size: int) -> str:
    """Return a text of `size` bytes that Python needs four bytes a character for."""
    return "ab " * (size // 3 - 2) + EMOJI


def texts(count: int, spare: int = 12) -> list[str]:
    return [text(SIZE // count - spare)] * count


def documents(count: int, size: int) -> list[dict[str, str]]:
    return [{"id": str(number), "text": text(size)} for number in range(count)]


def tool(name: str, **arguments: object) -> dict[str, object]:
    params = {"name": name, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def contents(count: int) -> list[dict[str, object]]:
    parts = [{"text": text(SIZE // count - 120)}, {"text": text(30)}]
    return [{"content": {"parts": parts}, "taskType": "RETRIEVAL_QUERY"}] * count


def post(path: str, body: object) -> Body:
    return "POST", path, json.dumps(body, ensure_ascii=False).encode()


def put(body: object) -> Body:
    return "PUT", "/vectors", json.dumps(body, ensure_ascii=False).encode()


STORE = {"ids": [str(number) for number in range(100)], "keep_text": False}
VECTORS = [{"id": str(number), "values": VECTOR} for number in range(SIZE // (len(json.dumps(VECTOR)) + 40))]
# name -> method, path and body
ROUTES: dict[str, Body] = {
    "`/embed`, one text": post("/embed", {"text": text(SIZE - 100), "task": "query"}),
    "`/embed`": post("/embed", {"text": texts(100), "task": "query"}),
    "`/embed` with `store`": post("/embed", {"text": texts(100, 32), "task": "document", "store": STORE}),
    "`/similarity`": post("/similarity", {"texts": texts(100)}),
    "`PUT /vectors`": put({"documents": documents(1000, SIZE // 1000 - 40)}),
    "`PUT /vectors`, `queue`": put({"documents": documents(1000, SIZE // 1000 - 40), "queue": True}),
    "`/v1/embeddings`, float": post("/v1/embeddings", {"model": f"{NAME}:query", "input": texts(2048)}),
    "`/v1/embeddings`, base64": post(
        "/v1/embeddings", {"model": f"{NAME}:query", "input": texts(2048), "encoding_format": "base64"}
    ),
    "`/v1/embeddings`, short texts": post("/v1/embeddings", {"model": NAME, "input": ["a"] * 2048}),
    "`/v2/embed`": post("/v2/embed", {"model": NAME, "texts": texts(100), "input_type": "search_query"}),
    "`:batchEmbedContents`": post(f"/v1beta/models/{NAME}:batchEmbedContents", {"requests": contents(100)}),
    "`/api/embed`": post("/api/embed", {"model": "embeddinggemma", "input": texts(100)}),
    "`/mcp` `compare`": post("/mcp", tool("compare", texts=texts(100))),
    "`/mcp` `store`": post("/mcp", tool("store", documents=documents(100, 9_000))),
    "Workers AI": post(f"/client/v4/accounts/a/ai/run/{MODEL}", {"text": texts(100), "task": "query"}),
    "Vectorize `upsert`": post(f"{INDEX}/upsert", {"vectors": VECTORS[:1000]}),
}


class Taken(msgspec.Struct):
    """The statuses of the answers, and what they took: the heap, and the most resident memory above that before."""

    statuses: Counter[int]
    heap_mib: float
    resident_mib: float


class Watch:
    """The highest resident memory of a process, while the block runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = threading.Event()
        self.before = self.most = resident_mib(pid)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.02):
            self.most = max(self.most, resident_mib(self._pid))

    @property
    def grown_mib(self) -> float:
        return self.most - self.before


def resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextmanager
def serve(**variables: str) -> Iterator[workerd.Process]:
    """Start the Worker with its memory readable, and with random vectors from an emulator in the same process."""
    with tempfile.TemporaryDirectory() as folder:
        config = measured_config(Rows().write(Path(folder) / "rows.json"))
        config.services[0].bindings.update({name: workerd.text(value) for name, value in variables.items()})
        with workerd.serve(config, Path(folder)) as process:
            for count in (1, 100, 100, 100, 100):
                requests.post(process.url(WORKER) + "/embed", json={"text": ["a"] * count}, timeout=TIMEOUT_S)
            yield process


def heap_mib(process: workerd.Process) -> float:
    return requests.get(process.url(WORKER) + "/__memory", timeout=TIMEOUT_S).json()["heap_bytes"] / MIB


def send(process: workerd.Process, body: Body) -> int:
    method, path, data = body
    return requests.request(method, process.url(WORKER) + path, data=data, headers=JSON, timeout=TIMEOUT_S).status_code


def take(process: workerd.Process, bodies: list[Body]) -> Taken:
    """Send all bodies at once, and return what they took."""
    with Watch(process.pid) as watch, ThreadPoolExecutor(len(bodies)) as pool:
        statuses = Counter(pool.map(lambda body: send(process, body), bodies))
    return Taken(statuses, heap_mib(process), watch.grown_mib)


def main() -> int:
    print("| body | MiB | heap, one | heap, eight |\n|---|---|---|---|")
    for name, body in ROUTES.items():
        with serve() as process:
            one, eight = take(process, [body]), take(process, [body] * AT_ONCE)
        size = f"{len(body[2]) / MIB:.1f}"
        print(f"| {name} | {size} | {one.heap_mib:.0f} | {eight.heap_mib:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
