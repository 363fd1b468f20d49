"""An upstream that returns the path of a request, or holds the request until its client disconnects."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests import servers


class Server(ThreadingHTTPServer):
    """Never answers /hold-NAME. Sets `event("held-NAME")`, and later `event("disconnected-NAME")`."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.events: dict[str, threading.Event] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def event(self, name: str) -> threading.Event:
        return self.events.setdefault(name, threading.Event())


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        _, hold, name = self.path.partition("/hold-")
        self.hold(name) if hold else self.echo()

    def echo(self) -> None:
        with suppress(ConnectionError):  # the client may have disconnected
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.path[1:].encode())

    def hold(self, name: str) -> None:
        self.server.event(f"held-{name}").set()
        with suppress(ConnectionError):
            self.connection.recv(1)
        self.server.event(f"disconnected-{name}").set()


@contextmanager
def serve() -> Iterator[Server]:
    with Server() as server:
        servers.start(server)
        yield server
        server.shutdown()
