"""The entry point of the command `embedder`."""

import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line. Ctrl-C ends it at any time, without a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a KeyboardInterrupt inside an import would print a traceback
    from embedder_cli.main import app

    signal.signal(signal.SIGINT, _interrupt)
    try:
        app()
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt once, so that the command can clean up. The next Ctrl-C ends the process at once."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt
