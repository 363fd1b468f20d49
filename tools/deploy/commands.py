"""Runs the pinned wrangler and pywrangler in the checkout."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from tools import runtime
from tools.deploy.failures import Done

_KEPT_LINES = 500
_LIMIT_S = 600  # of one command
_STOP_GRACE_S = 5
_STOPPING = (signal.SIGTERM, signal.SIGHUP)


class Commands:
    """Runs commands. `folder` is a temporary one: for secrets, and for what wrangler notes of a deployment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes = folder / "notes.ndjson"
        self.account: str | None = None

    def run(
        self, command: Sequence[str], *, show: bool = False, secrets: Mapping[str, str] | None = None, typed: str = ""
    ) -> Done:
        """Run one command to its end. With `show`, print its output while it runs. It reads `typed` from its input."""
        path = _secrets_file(self._folder, secrets) if secrets else None
        option = ["--secrets-file", str(path)] if path else []
        errors = subprocess.STDOUT if show else subprocess.PIPE
        with self._started([*command, *option], errors, subprocess.PIPE if typed else subprocess.DEVNULL) as process:
            try:
                return _shown(process) if show else _collected(process, typed)
            finally:
                if path:
                    path.unlink()

    def deployed(self) -> str:
        """Return the lines in which wrangler noted what it deployed."""
        return self._notes.read_text(encoding="utf-8") if self._notes.exists() else ""

    @contextlib.contextmanager
    def _started(self, command: Sequence[str], stderr: int, stdin: int) -> "Iterator[subprocess.Popen[str]]":
        """Start a command in a process group of its own; the group ends with the block, or at the time limit."""
        process = subprocess.Popen(
            command,
            cwd=runtime.ROOT,
            env=self._environment(),
            stdin=stdin,  # no terminal: wrangler asks nothing
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        limit = threading.Timer(_LIMIT_S, _end, [process])
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            _end(process)

    def _environment(self) -> dict[str, str]:
        chosen = {"CLOUDFLARE_ACCOUNT_ID": self.account} if self.account else {}
        return {**runtime.environment(), **chosen, "WRANGLER_OUTPUT_FILE_PATH": str(self._notes)}


def _secrets_file(folder: Path, secrets: Mapping[str, str]) -> Path:
    """Write secrets to a file that only this user can read."""
    descriptor, name = tempfile.mkstemp(".json", dir=folder)  # mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(secrets, file)
    return Path(name)


def _collected(process: "subprocess.Popen[str]", typed: str) -> Done:
    output, errors = process.communicate(typed or None)
    return Done(process.returncode, output, errors + _timed_out(process))


def _shown(process: "subprocess.Popen[str]") -> Done:
    kept: deque[str] = deque(maxlen=_KEPT_LINES)
    for line in process.stdout or ():
        sys.stdout.write(line)
        sys.stdout.flush()
        kept.append(line)
    process.wait()
    return Done(process.returncode, "".join(kept), _timed_out(process))


def _timed_out(process: "subprocess.Popen[str]") -> str:
    return f"[ERROR] it did not end within {_LIMIT_S} s" if process.returncode < 0 else ""


def _end(process: "subprocess.Popen[str]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_GRACE_S)


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end the block like Ctrl-C, so that nothing is left behind."""
    before = {number: signal.signal(number, _interrupt) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # once: the clean-up must not be interrupted
    raise KeyboardInterrupt
