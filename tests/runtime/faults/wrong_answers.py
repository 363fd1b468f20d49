"""Workers AI and Vectorize as plain HTTP servers, for the runtime's real binding classes.

A text that contains `answer:KIND` selects the answer. Calls are counted by kind. Writes to Vectorize and searches are
kept by the kind that their body contains.
"""

import json
import os
import re
import struct
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET

from tests import servers
from tests.runtime.faults.answers import RIGHT, WRONG
from tests.runtime.faults.answers.building import BROKEN, CHUNKED, CLOSED, RESET, SHORT, UNFINISHED, Answer, right

_MARKER = re.compile(r"answer:([\w.+-]+)")
_INDEX = {"dimensions": 768, "vectorCount": 0, "processedUpToMutation": None, "processedUpToDatetime": None}
CASES = WRONG | RIGHT


def marker(kind: str) -> str:
    """Return the text that selects this kind."""
    return f"answer:{kind}"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.calls: Counter[tuple[str, int]] = Counter()  # by kind and number of texts
        self.written: defaultdict[str, list[str]] = defaultdict(list)
        self.searched: defaultdict[str, list[str]] = defaultdict(list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def answer(self, texts: list[str]) -> Answer:
        kind = _kind("\n".join(texts))
        with self.lock:
            self.calls[kind, len(texts)] += 1
        return CASES[kind].make(len(texts)) if kind else Answer(right(len(texts)))

    def handle_error(self, *where: object) -> None:
        """Ignore connections that the runtime closes after cancelling a call."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*where)

    def forget(self) -> None:
        """Reset the counters and the kept bodies."""
        self.calls.clear()
        self.written.clear()
        self.searched.clear()


def _kind(text: str) -> str:
    found = _MARKER.search(text)
    return found[1] if found else ""


@contextmanager
def serve() -> Iterator[Server]:
    with Server() as server:
        servers.start(server)
        yield server
        server.shutdown()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise every answer waits 40 ms for an acknowledgement
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.send(Answer(json.dumps(_INDEX).encode()))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        if self.path.startswith("/run"):
            return self.send(self.server.answer(json.loads(body)["inputs"]["text"]))
        kept = self.server.searched if self.path.endswith("/query") else self.server.written
        kept[_kind(body)].append(body)
        return self.send(Answer(b'{"count":0,"matches":[],"mutationId":"m"}'))

    def send(self, answer: Answer) -> None:
        header, sent = _on_the_wire(answer)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header(*header)
        self.end_headers()
        self.wfile.write(sent)
        if answer.sent == RESET:
            self.reset()
        self.close_connection = self.close_connection or answer.sent in (*BROKEN, CLOSED)

    def reset(self) -> None:
        """Reset the connection, without the regular shutdown."""
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _on_the_wire(answer: Answer) -> tuple[tuple[str, str], bytes]:
    """Return the header for the length, and the bytes to send."""
    body = answer.body
    if answer.sent in (CHUNKED, UNFINISHED):
        last = b"0\r\n\r\n" if answer.sent == CHUNKED else b""
        return ("transfer-encoding", "chunked"), b"%x\r\n%b\r\n%b" % (len(body), body, last)
    if answer.sent == CLOSED:
        return ("connection", "close"), body
    half = len(body) // 2 if answer.sent in (RESET, SHORT) else len(body)
    return ("content-length", str(len(body))), body[:half]
