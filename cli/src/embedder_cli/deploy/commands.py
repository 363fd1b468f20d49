"""Runs the pinned wrangler and pywrangler in the checkout."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from embedder_cli import runtime
from embedder_cli.deploy.failures import Done

_KEPT_LINES = 500
_STOP_GRACE_S = 5
_STOPPING = (signal.SIGTERM, signal.SIGHUP)


class Commands:
    """Runs commands. `notes` is the file in which wrangler writes what it deployed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes = folder / "notes.ndjson"
        self.account: str | None = None

    def run(self, command: Sequence[str], *, loud: bool = False, secrets: Mapping[str, str] | None = None) -> Done:
        """Run one command to its end. A `loud` one shows its output as it comes."""
        with self._secrets_file(secrets) as option:
            return self._loud([*command, *option]) if loud else self._silent(command)

    def deployed(self) -> str:
        """Return the lines in which wrangler noted what it deployed."""
        return self._notes.read_text(encoding="utf-8") if self._notes.exists() else ""

    @contextlib.contextmanager
    def _secrets_file(self, secrets: Mapping[str, str] | None) -> Iterator[list[str]]:
        """Write secrets to a file that only this user can read, and delete it, whatever happens."""
        if not secrets:
            yield []
            return
        descriptor, path = tempfile.mkstemp(".json", dir=self._folder)  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(secrets, file)
            yield ["--secrets-file", path]
        finally:
            Path(path).unlink(missing_ok=True)

    def _silent(self, command: Sequence[str]) -> Done:
        with self._started(command, subprocess.PIPE) as process:
            output, errors = process.communicate()
        return Done(process.returncode, output, errors)

    def _loud(self, command: Sequence[str]) -> Done:
        kept: deque[str] = deque(maxlen=_KEPT_LINES)
        with self._started(command, subprocess.STDOUT) as process:
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                kept.append(line)
        return Done(process.returncode, "".join(kept))

    @contextlib.contextmanager
    def _started(self, command: Sequence[str], stderr: int) -> "Iterator[subprocess.Popen[str]]":
        """Start a command in a process group of its own; the group ends when the block is left."""
        process = subprocess.Popen(
            command,
            cwd=runtime.ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,  # wrangler asks nothing then
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            yield process
            process.wait()
        finally:
            _end(process)

    def _environment(self) -> dict[str, str]:
        chosen = {"CLOUDFLARE_ACCOUNT_ID": self.account} if self.account else {}
        return {**runtime.environment(), **chosen, "WRANGLER_OUTPUT_FILE_PATH": str(self._notes)}


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


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
