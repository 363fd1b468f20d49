"""The entry point of the command `embedder`."""

import signal
import sys
from collections.abc import Callable
from types import FrameType

Command = Callable[[], object]


def main() -> None:
    """Run the command line. Ctrl-C ends it at any time, without a traceback."""
    run(_load)


def run(load: Callable[[], Command]) -> None:
    """Import a command with `load`, and run it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a KeyboardInterrupt inside an import would print a traceback
    command = load()
    signal.signal(signal.SIGINT, _interrupt)
    try:
        command()
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def _load() -> Command:
    from embedder_cli.main import app

    return app


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt once, so that the command can clean up. The next Ctrl-C ends the process at once."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt
