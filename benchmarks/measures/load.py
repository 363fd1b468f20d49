"""A lightweight HTTP/1.1 client: one thread, keep-alive connections, large bodies without copies."""

import selectors
import socket
import struct
import time
from collections.abc import Sequence

_BUFFER_BYTES = 64 * 1024 * 1024  # allocated lazily; the largest answer, 2,048 rows of floats, has 34 MB
_HEAD_LIMIT_BYTES = 64 * 1024
_LAST_CHUNK = b"0\r\n\r\n"
TIMEOUT_S = 120


class Connection:
    """A keep-alive connection to a local port. The answer can be read until the next request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = memoryview(bytearray(_BUFFER_BYTES))
        self._filled = 0
        self._head = b""
        self._end: int | None = None
        self.first_s = 0.0  # time from the last `send` to the first bytes of the answer
        self._sent = 0.0

    def exchange(self, request: bytes) -> float:
        """Send `request`, read the whole answer, and return the time in seconds."""
        began = time.perf_counter()
        self.send(request)
        while not self.receive():
            pass
        return time.perf_counter() - began

    def send(self, request: bytes) -> None:
        self._filled, self._head, self._end = 0, b"", None
        self._sent = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read the available bytes. Returns True when the answer is complete."""
        count = self.socket.recv_into(self._buffer[self._filled :])
        if not count:
            raise ConnectionError("the connection was closed before the answer was complete")
        if not self._filled:
            self.first_s = time.perf_counter() - self._sent
        self._filled += count
        if not self._head:
            self._read_head()
        if self._end is not None:
            return self._filled >= self._end
        return bool(self._head) and self._buffer[self._filled - len(_LAST_CHUNK) : self._filled] == _LAST_CHUNK

    def _read_head(self) -> None:
        start = bytes(self._buffer[: min(self._filled, _HEAD_LIMIT_BYTES)])
        head, blank, _ = start.partition(b"\r\n\r\n")
        if not blank:
            return
        self._head = head + blank
        _, found, length = self._head.lower().partition(b"\r\ncontent-length:")
        self._end = len(self._head) + int(length.split(b"\r\n", 1)[0]) if found else None

    @property
    def status(self) -> int:
        return int(self._head[9:12])

    def body(self) -> bytes:
        """Return the body of the last answer."""
        content = bytes(self._buffer[len(self._head) : self._filled])
        return content if self._end is not None else _unchunked(content)

    def close(self) -> None:
        self.socket.close()


def reset_at_close(connection: socket.socket) -> None:
    """Let the end of `connection` be a reset, as of a client that crashes, and not an orderly close."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _unchunked(content: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while True:
        line = content.index(b"\r\n", at)
        size = int(content[at:line], 16)
        if not size:
            return b"".join(parts)
        parts.append(content[line + 2 : line + 2 + size])
        at = line + 2 + size + 2


def saturate(connections: Sequence[Connection], request: bytes, count: int) -> float:
    """Send `request` `count` times, with one in flight per connection. Return the time in seconds."""
    left = count - len(connections)
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(request)
        while selector.get_map():
            for key, _ in selector.select(TIMEOUT_S):
                if not key.data.receive():
                    continue
                left -= 1
                if left >= 0:
                    key.data.send(request)
                else:
                    selector.unregister(key.fileobj)
    return time.perf_counter() - began
