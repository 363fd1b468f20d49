"""workerd as a process: started, waited for, stopped."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tools import runtime
from tools.workerd.config import Config

STOP_GRACE_S = 5
KEPT_LINES = 20_000
_SAID_LINES = 30


class WorkerdError(Exception):
    """workerd did not start, with what it said."""


class Process:
    """A running workerd: when it began (time.perf_counter), its ports by service, the last lines it printed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.began = time.perf_counter()
        self.process = process
        self.pid = process.pid
        self.ports: dict[str, int] = {}
        self.stdout: deque[str] = deque(maxlen=KEPT_LINES)
        self.stderr: deque[str] = deque(maxlen=KEPT_LINES)
        pairs = ((process.stdout, self.stdout), (process.stderr, self.stderr))
        self._readers = [threading.Thread(target=_keep_lines, args=pair, daemon=True) for pair in pairs if pair[0]]
        for reader in self._readers:
            reader.start()

    def url(self, name: str) -> str:
        """Return the address of the service `name`, without a slash at the end."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def stop(self) -> None:
        """End the whole process group: politely, then for certain."""
        for number in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_GRACE_S)
                break
        for reader in self._readers:
            reader.join(STOP_GRACE_S)

    def said(self) -> str:
        return "\n".join([*self.stdout, *self.stderr][-_SAID_LINES:])


def _keep_lines(stream: IO[str], lines: "deque[str]") -> None:
    with stream:
        lines.extend(line.rstrip("\n") for line in stream)


def start(config: Config, folder: Path, *options: str, keep: int | None = None, log: bool = True) -> Process:
    """Start `workerd serve` with `config`, written into `folder`; the descriptor `keep` stays open in it."""
    runtime.prepare()
    file = folder / "config.bin"
    file.write_bytes(config.binary())
    bundle = f"--pyodide-bundle-disk-cache-dir={runtime.CACHE}"
    command = [str(runtime.workerd_binary()), "serve", "--binary", str(file), "--experimental", bundle, *options]
    with (folder / "log").open("wb") as lines:
        return Process(_popen(command, () if keep is None else (keep,), subprocess.PIPE if log else lines))


def _popen(command: Sequence[str], keep: Sequence[int], stdout: "int | IO[bytes]") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        pass_fds=keep,
    )
