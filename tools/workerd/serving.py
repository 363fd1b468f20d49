"""A configuration that is served, from a snapshot as Cloudflare takes it at deploy or without one."""

import contextlib
import json
import os
import select
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tools import runtime
from tools.workerd import snapshots
from tools.workerd.config import Config
from tools.workerd.process import Process, WorkerdError, start

START_LIMIT_S = 120


@contextlib.contextmanager
def serve(config: Config, folder: Path, *, snapshot: Path | bool = True, log: bool = True) -> Iterator[Process]:
    """Run `config` in workerd; `folder` gets its file. Every port listens when the block begins.

    `snapshot`: start Python from this one; True: from one that is taken once and kept, if all Python Workers of
    `config` have the same modules; False: without. Without `log`, what the Workers log goes to a file in `folder`, so
    that reading it disturbs no measurement.
    """
    runtime.prepare()
    options: tuple[str, ...] = ()
    if file := snapshots.kept(config) if snapshot is True else snapshot:
        config = snapshots.dedicated(config)
        options = (f"--python-load-snapshot={file.name}", f"--python-snapshot-dir={file.parent}")
    reader, writer = os.pipe()
    process = start(config, folder, f"--control-fd={writer}", *options, keep=writer, log=log)
    os.close(writer)
    try:
        with open(reader, "rb", buffering=0) as control:  # noqa: PTH123 a descriptor, not a path
            _read_ports(control, config, process)
        yield process
    finally:
        process.stop()


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
