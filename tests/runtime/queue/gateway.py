"""The model, the index and the way to the queues, as one HTTP server. It checks every acknowledgement."""

import base64
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import msgspec

from benchmarks.measures.load import reset_at_close
from emulator import lexical, workers_ai
from emulator.workers_ai import Fault, Reply
from tests import servers

_MARK = "kind="
_TIMEOUT_S = 60
_QUOTA = ("3036", "4006")
_REJECTED_BY_INDEX = {"index-40012": 40012}
_FAILING_INDEX = {"index-40041": 40041, "index-50000": 50000}
# Faults of the model that last until the document is given up, and faults that end after one call.
LASTING = ("3003", "3006", "3010", "3030", "5004", "5006", "zeros", *_REJECTED_BY_INDEX)
PASSING = (
    *("2018", "3007", "3008", "3036", "3040", "3042", "4006", "html", "malformed", "nan", "reset", "short", "slow"),
    *_FAILING_INDEX,
)


_METRICS = {"backlogCount": 0, "backlogBytes": 0, "oldestMessageTimestamp": 0}  # of a queue, in every answer


_REFUSAL = {"cf-queues-error-code": "10252", "cf-queues-error-cause": "Too Many Requests"}


def text_of(name: str, kind: str) -> str:
    """Return the text of a document which fails in this way."""
    return f"{name} {_MARK}{kind} "


def kind_of(text: str) -> str:
    return text.partition(_MARK)[2].split(" ")[0]


class Gateway(ThreadingHTTPServer):
    """What is stored, what was acknowledged, and what was acknowledged too early.

    `dispatcher` and `broker` are addresses; `on_write` and `on_call` are called in the middle of a write and a call.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.running = threading.Event()
        self.dispatcher = self.broker = ""
        self.stored: Counter[str] = Counter()
        self.accepted_letters: Counter[str] = Counter()
        self.letters: list[dict] = []
        self.too_early: list[str] = []
        self.failed_calls: set[str] = set()
        self.faults: Counter[str] = Counter()
        self.delays: Counter[int] = Counter()
        self.has_rejected = False
        self.calls = self.batches = self.acknowledged = self.lost_batches = 0
        self.on_write: Callable[[], None] = lambda: None
        self.on_call: Callable[[], None] = lambda: None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def fault(self, texts: list[str]) -> str:
        """Return the kind of the fault of a call. A passing fault fails one call, for all texts that have it."""
        with self.lock:
            for text in texts:
                kind = kind_of(text)
                if kind in LASTING and not kind.startswith("index"):
                    return kind
                if kind in PASSING and not kind.startswith("index") and text not in self.failed_calls:
                    self.failed_calls.update(other for other in texts if kind_of(other) == kind)
                    return kind
        return ""

    def index_fault(self, vectors: list[dict]) -> int:
        """Return the error code of a write, or 0."""
        with self.lock:
            for vector in vectors:
                kind, name = kind_of(vector["metadata"]["text"]), vector["id"]
                if kind in _REJECTED_BY_INDEX:
                    return _REJECTED_BY_INDEX[kind]
                if kind in _FAILING_INDEX and name not in self.failed_calls:
                    self.failed_calls.add(name)
                    return _FAILING_INDEX[kind]
        return 0

    def deliver(self, batch: dict) -> dict | None:
        """Deliver a batch to the Worker. None if it was killed meanwhile."""
        if batch["queue"] == "embedder-failed":
            with self.lock:
                self.letters += [json.loads(message["body"]) for message in batch["messages"]]
            return {"acknowledged": [message["id"] for message in batch["messages"]], "retried": {}}
        self.running.wait(_TIMEOUT_S)
        try:
            result = _post(f"{self.dispatcher}/", json.dumps(batch).encode())
        except (OSError, HTTPException):
            self.lost_batches += 1
            return None
        return self._settled(batch["messages"], json.loads(result))

    def _settled(self, messages: list[dict], result: dict) -> dict:
        assert (result["outcome"], result["ackAll"], result["retryBatch"]["retry"]) == ("ok", False, False), result
        acknowledged = set(result["explicitAcks"])
        retried = {item["msgId"]: item["delaySeconds"] for item in result["retryMessages"]}
        bodies = {message["id"]: message["body"] for message in messages}
        assert acknowledged | retried.keys() == bodies.keys()
        assert not acknowledged & retried.keys()
        with self.lock:
            self.batches += 1
            self.acknowledged += len(acknowledged)
            self.delays.update(retried.values())
            early = [bodies[name] for name in acknowledged if not self._is_done(bodies[name])]
            self.too_early += map(str, early)
        # a second stands for all delays that are longer
        return {"acknowledged": [*acknowledged], "retried": {name: int(delay > 60) for name, delay in retried.items()}}

    def _is_done(self, body: object) -> bool:
        text = body if isinstance(body, str) else json.dumps(body)
        if self.accepted_letters[_key(text)]:
            return True
        try:
            return self.stored[json.loads(text)["document"]["id"]] > 0
        except (ValueError, LookupError, TypeError, RecursionError):
            return False


def _key(text: str) -> str:
    """Return what identifies a message in its dead letter, which may quote only its beginning."""
    return "".join(text.split())[:200]


def _post(url: str, body: bytes) -> bytes:
    with urlopen(Request(url, data=body), timeout=_TIMEOUT_S) as response:
        return response.read()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Gateway

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(OSError):  # the other side was killed
            super().handle()

    def do_GET(self) -> None:
        known = {"dimensions": 768, "vectorCount": 0, "processedUpToMutation": None, "processedUpToDatetime": None}
        self._reply(Reply(200, json.dumps(known).encode()))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0)) if "content-length" in self.headers else b""
        if self.headers.get("transfer-encoding") == "chunked":
            body = b"".join(self._chunks())
        if self.path.startswith("/queue/"):
            self._enqueue(self.path.rpartition("/")[2], body)
        elif self.path == "/deliver":
            found = self.server.deliver(json.loads(body))
            self._reply(Reply(503, b"") if found is None else Reply(200, json.dumps(found).encode()))
        elif self.path.startswith("/run"):
            self._embed(json.loads(body)["inputs"]["text"])
        else:
            self._write([json.loads(line) for line in body.decode().splitlines()])

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _enqueue(self, name: str, body: bytes) -> None:
        """Pass messages on. The first call is rejected, as by a queue that gets too many."""
        if not self.server.has_rejected:
            self.server.has_rejected = True
            return self._reply(Reply(429, b""), _REFUSAL)
        _post(f"{self.server.broker}/{name}", body)
        if name == "failed":
            letters = [json.loads(base64.b64decode(message["body"])) for message in json.loads(body)["messages"]]
            with self.server.lock:
                for letter in letters:
                    quoted = letter["message"]
                    text = quoted if isinstance(quoted, str) else json.dumps(quoted, ensure_ascii=False)
                    self.server.accepted_letters[_key(text)] += 1
        return self._reply(Reply(200, json.dumps({"metadata": {"metrics": _METRICS}}).encode()))

    def _embed(self, texts: list[str]) -> None:
        self.server.calls += 1
        self.server.on_call()
        kind = self.server.fault(texts)
        self.server.faults[kind] += 1
        reply = workers_ai.answer([_row(text) for text in texts])
        if kind == "reset":
            reset_at_close(self.connection)
            self.close_connection = True
        elif kind == "slow":
            threading.Event().wait(3)
        else:
            fault = Fault("code", int(kind)) if kind.isdigit() else Fault(kind, 0)
            self._reply(workers_ai.broken(reply, fault) if kind else reply)

    def _write(self, vectors: list[dict]) -> None:
        if code := self.server.index_fault(vectors):
            self.server.faults[f"index-{code}"] += 1
            return self._reply(Reply(400, json.dumps({"code": code, "error": "refused"}).encode()))
        with self.server.lock:
            self.server.stored.update(vector["id"] for vector in vectors)
        self.server.on_write()
        return self._reply(Reply(200, b'{"mutationId":"m"}'))

    def _reply(self, reply: Reply, headers: Mapping[str, str] | None = None) -> None:
        try:
            self.send_response(reply.status)
            for name, value in {"content-type": reply.content_type, **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
        except OSError:
            self.close_connection = True


_ROW = msgspec.Raw(msgspec.json.encode(lexical.embed("a text")))


def _row(_text: str) -> msgspec.Raw:
    """Every text has the same vector: nothing here looks at it."""
    return _ROW


@contextmanager
def serve() -> Iterator[Gateway]:
    gateway = Gateway()
    servers.start(gateway)
    yield gateway
    gateway.shutdown()
