"""Runs a server of the standard library in a thread."""

import threading
from socketserver import BaseServer

# seconds between two looks at a request to stop. The default of half a second is a wait after each test.
POLL_S = 0.02


def start(server: BaseServer) -> None:
    """Serve until `server.shutdown()` is called."""
    threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True).start()
