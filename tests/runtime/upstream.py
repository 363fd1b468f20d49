"""Workers AI and Vectorize as plain HTTP servers that fail in every way, for the runtime's real binding classes.

A text `fault:KIND` (or an id, for Vectorize) chooses the fault; calls and answers are counted by fault.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from benchmarks.measures.load import reset_at_close
from emulator import lexical, workers_ai
from emulator.workers_ai import Fault, Reply
from tests import real_model, servers
from tools import workerd
from tools.runtime import ROOT

SLOW_S = 30.0
NESTED = b"[" * 3_000 + b"]" * 3_000


def vector(text: str) -> list[float]:
    """Return a recorded vector of the real model, or a lexical one."""
    return real_model.recorded().get(text) or lexical.embed(text)


@lru_cache(4096)
def row(text: str, embed: Callable[[str], list[float]] = vector) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(embed(text)))


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, embed: Callable[[str], list[float]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.embed = embed
        self.calls: Counter[str] = Counter()  # of the model; of Vectorize only those with a fault
        self.hits = 0  # calls of both, of any kind
        self.answered: Counter[str] = Counter()
        self.rejecting: list[bool] = []
        self.options: dict[str, dict] = {}  # of a call, by its first text
        self.gone: Counter[str] = Counter()
        self.released = threading.Event()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


@contextmanager
def serve(embed: Callable[[str], list[float]] = vector) -> Iterator[Server]:
    server = Server(embed)
    servers.start(server)
    yield server
    server.released.set()
    server.shutdown()


def worker(
    modules: Sequence[workerd.Module] | None = None, *, name: str = "embedder", **variables: str
) -> workerd.Worker:
    """Return our Worker without keys; the runtime's own binding classes call the service "upstream"."""
    bindings = {"AI": workerd.ai("upstream"), "VECTORIZE": workerd.vectorize("upstream"), "AUTH": workerd.text("off")}
    bindings |= {name: workerd.text(value) for name, value in variables.items()}
    return workerd.Worker(name, modules or workerd.python_worker(ROOT / "src"), bindings)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.hits += 1
        known = {"dimensions": 768, "vectorCount": 0, "processedUpToMutation": None, "processedUpToDatetime": None}
        self.reply(Reply(200, json.dumps(known).encode()))
        self.server.answered["describe"] += 1

    def do_POST(self) -> None:
        self.server.hits += 1
        body = self.rfile.read(int(self.headers["content-length"]))
        if len(body) < int(self.headers["content-length"]):  # the call was stopped
            self.close_connection = True
            return
        if self.path.startswith(("/run", "/ai-gateway/run")):
            self.embed(json.loads(body))
        else:
            self.vectorize(body.decode())

    def embed(self, call: dict) -> None:
        texts, rejection = workers_ai.check(
            self.headers["cf-consn-model-id"], call["inputs"], (call.get("options") or {}).get("tags")
        )
        fault = workers_ai.fault_of(texts)
        kind = fault.kind if fault and fault.kind != "code" else str(fault.number) if fault else ""
        self.server.calls[kind] += 1
        self.server.rejecting.append(call["options"].get("rejectIfBusy", False))
        if texts:
            self.server.options[texts[0]] = call["options"]
        reply = rejection or workers_ai.answer([row(text, self.server.embed) for text in texts])
        self.fail(reply, fault) if fault else self.reply(reply)
        self.server.answered[kind] += 1

    def vectorize(self, body: str) -> None:
        if "fault:" in body:
            kind = body.split("fault:")[1].split('"')[0]
            fault = Fault("code" if kind.isdigit() else kind, int(kind) if kind.isdigit() else 0)
            self.server.calls[f"vectorize-{kind}"] += 1
            return self.fail(
                Reply(200, b'{"mutationId":"m"}'), fault, code_body={"code": fault.number, "error": "refused"}
            )
        if self.path.endswith("/query"):
            return self.reply(Reply(200, b'{"count":0,"matches":[]}'))
        if self.path.endswith("/getByIds"):
            return self.reply(Reply(200, b"[]"))
        return self.reply(Reply(200, b'{"mutationId":"m"}'))

    def fail(self, reply: Reply, fault: Fault, code_body: dict | None = None) -> None:
        match fault.kind:
            case "code" if code_body:
                self.reply(Reply(400, json.dumps(code_body).encode()))
            case "slowheaders":
                self.server.released.wait(SLOW_S)
                self.reply(reply)
            case "slowbody":
                self.reply(reply, stop_after=len(reply.body) // 2)
            case "reset":
                self.reset()
            case "cut":
                self.reply(reply, stop_after=len(reply.body) // 2, cut=True)
            case "count":
                self.reply(workers_ai.answer([row("a")] * 3))
            case "null":
                self.reply(Reply(200, reply.body.replace(b"[[", b"[[null,", 1)))
            case "empty":
                self.reply(Reply(200, b""))
            case "nested-error":
                self.reply(Reply(400, b'{"description":' + NESTED + b"}"))
            case "nested-errors":
                self.reply(Reply(400, b'{"errors":[{"code":' + NESTED + b"}]}"))
            case "nested":
                found = b'{"count":1,"matches":[{"id":"a","score":1,"metadata":{"x":' + NESTED + b"}}]}"
                self.reply(Reply(200, found))
            case _:
                self.reply(workers_ai.broken(reply, fault))

    def reply(self, reply: Reply, *, stop_after: int | None = None, cut: bool = False) -> None:
        try:
            self.send_response(reply.status)
            self.send_header("content-type", reply.content_type)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[:stop_after])
            self.wfile.flush()
            if cut:
                self.reset()
            elif stop_after is not None:
                self.wait_until_gone()
        except OSError:
            self.server.gone["write"] += 1

    def wait_until_gone(self) -> None:
        """Hold the body back until the other side gives up."""
        self.connection.settimeout(SLOW_S)
        with suppress(OSError):
            self.connection.recv(1)
        self.server.gone["slowbody"] += 1
        self.close_connection = True

    def reset(self) -> None:
        """Close so that the other side sees a reset, not an end."""
        reset_at_close(self.connection)
        self.close_connection = True
