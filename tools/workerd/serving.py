"""A configuration that is served, plainly or from a snapshot as Cloudflare takes it at deploy."""

import contextlib
import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from tools.workerd.config import Config, Service, Worker
from tools.workerd.process import Process, WorkerdError, start

START_LIMIT_S = 120
SNAPSHOT = "snapshot.bin"
# Implied in production. Without it the snapshot is taken before the Worker's own code has run.
DEDICATED = "python_dedicated_snapshot"


@contextlib.contextmanager
def serve(config: Config, folder: Path, *, snapshot: Path | None = None, log: bool = True) -> Iterator[Process]:
    """Run `config` in workerd; `folder` gets its file. Every port listens when the block begins.

    `snapshot`: start Python from what save_snapshot() returned for the same Worker. Without `log`, what the Workers log
    goes to a file in `folder`, so that reading it disturbs no measurement.
    """
    options: tuple[str, ...] = ()
    if snapshot:
        config = _dedicated(config)
        options = (f"--python-load-snapshot={snapshot.name}", f"--python-snapshot-dir={snapshot.parent}")
    reader, writer = os.pipe()
    process = start(config, folder, f"--control-fd={writer}", *options, keep=writer, log=log)
    os.close(writer)
    try:
        with open(reader, "rb", buffering=0) as control:  # noqa: PTH123 a descriptor, not a path
            _read_ports(control, config, process)
        yield process
    finally:
        process.stop()


def save_snapshot(config: Config, folder: Path) -> Path:
    """Return the snapshot of the one Python Worker of `config`, as Cloudflare takes it at deploy.

    WorkerdError: the Worker can't be snapshotted; Cloudflare would refuse the deployment.
    """
    file = folder / SNAPSHOT
    file.unlink(missing_ok=True)
    # with nothing that listens, workerd ends by itself when the snapshot is written
    silent = msgspec.structs.replace(_dedicated(config), ports={})
    process = start(silent, folder, "--python-save-snapshot", f"--python-snapshot-dir={folder}")
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.process.wait(START_LIMIT_S)
    finally:
        process.stop()
    if not file.exists():
        raise WorkerdError(f"workerd wrote no snapshot:\n{process.said()}")
    return file


def _dedicated(config: Config) -> Config:
    """Return `config` with the flag for snapshots of the Worker's own code."""
    return msgspec.structs.replace(config, services=[_with_flag(service) for service in config.services])


def _with_flag(service: Service) -> Service:
    if not isinstance(service, Worker) or not service.python:
        return service
    return msgspec.structs.replace(service, flags=[*service.compatibility_flags, DEDICATED])


def _read_ports(control: IO[bytes], config: Config, process: Process) -> None:
    """Wait until every socket listens; workerd says so on its control pipe."""
    deadline = time.monotonic() + START_LIMIT_S
    buffer = b""
    while len(process.ports) < len(config.ports):
        ready, _, _ = select.select([control], [], [], max(0.0, deadline - time.monotonic()))
        chunk = control.read(65_536) if ready else b""
        if not chunk:
            process.stop()
            raise WorkerdError(f"workerd did not start:\n{process.said()}")
        *lines, buffer = (buffer + chunk).split(b"\n")
        for event in map(json.loads, lines):
            process.ports[event["socket"]] = event["port"]
