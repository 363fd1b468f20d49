"""The folders of `make dev`: that of stored vectors, which two processes must not share, and that of connections."""

import fcntl
import hashlib
import os
import socket
from pathlib import Path
from typing import IO

from tools.runtime import CACHE, ROOT

_LAST_PORT = 65_535
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
        raise StateError(f"Another `make dev` uses {chosen}; choose another folder: make dev ARGS=--persist-to=FOLDER")
    for folder in (DEFAULT, own(port)):
        if lock := _lock(folder):
            return folder, lock
    raise StateError(
        f"Other `make dev` processes use {DEFAULT} and state-{port}; choose one: make dev ARGS=--persist-to=FOLDER"
    )


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


def registry() -> Path:
    """Return the folder through which wrangler connects Workers by their names: one for each checkout."""
    return Path(os.environ.get("WRANGLER_REGISTRY_PATH") or CACHE / "registry").resolve()


def check_port(port: int, command: str) -> None:
    """Raise StateError if something listens on the port already. `command` is what the user typed."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            advice = f"choose another: {command} PORT={port + 1 if port < _LAST_PORT else port - 1}"
            raise StateError(f"Port {port} can't be used ({reason}); {advice}") from error
