"""The folder in which the emulator keeps stored vectors. Two processes must not share one."""

import fcntl
import hashlib
import os
import socket
from pathlib import Path
from typing import IO

from tools.runtime import CACHE, ROOT

DEFAULT = ROOT / ".wrangler" / "state"


class StateError(Exception):
    """The folder or the port is in use; the message is one sentence to act on."""


def claim(chosen: Path | None, port: int) -> tuple[Path, IO[str]]:
    """Return the folder to use and its open lock file, which must be kept. Raises StateError.

    If another process uses the default folder, this one gets a folder of its own.
    """
    if chosen:
        if lock := _lock(chosen.resolve()):
            return chosen.resolve(), lock
        raise StateError(f"Another `make dev` uses {chosen}; choose another folder with --persist-to.")
    for folder in (DEFAULT, own(port)):
        if lock := _lock(folder):
            return folder, lock
    raise StateError(f"Other `make dev` processes use {DEFAULT} and state-{port}; choose one with --persist-to.")


def own(port: int) -> Path:
    """Return the folder of a second process, which listens on `port`."""
    return DEFAULT.with_name(f"state-{port}")


def _lock(folder: Path) -> IO[str] | None:
    CACHE.mkdir(exist_ok=True)
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    lock = (CACHE / f"state-{name}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def check_port(port: int) -> None:
    """Raise StateError if something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            raise StateError(f"Port {port} can't be used ({reason}); choose another with --port.") from error
