"""Snapshots of Python Workers: a start from one takes a tenth of the CPU time of a plain start.

`save` takes one as Cloudflare does at deploy, after the Worker's own code has run. `kept` takes it once for each set of
modules and flags, and keeps the latest.
"""

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tools import runtime
from tools.runtime import bundle
from tools.workerd.config import Config, Service, Worker
from tools.workerd.process import WorkerdError, start

SNAPSHOT = "snapshot.bin"
LIMIT_S = 120
# Implied in production. Without it the snapshot is taken before the Worker's own code has run.
_DEDICATED = "python_dedicated_snapshot"
_KEPT = 12  # of 31 MB each


def save(config: Config, folder: Path) -> Path:
    """Return the snapshot of the one Python Worker of `config`, as Cloudflare takes it at deploy.

    WorkerdError: the Worker can't be snapshotted; Cloudflare would reject the deployment.
    """
    file = folder / SNAPSHOT
    file.unlink(missing_ok=True)
    # with nothing that listens, workerd ends by itself when the snapshot is written
    silent = msgspec.structs.replace(dedicated(config), ports={})
    process = start(silent, folder, "--python-save-snapshot", f"--python-snapshot-dir={folder}")
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.process.wait(LIMIT_S)
    finally:
        process.stop()
    if not file.exists():
        raise WorkerdError(f"workerd wrote no snapshot:\n{process.said()}")
    return file


def kept(config: Config) -> Path | None:
    """Return a snapshot for `config`, or None if its Python Workers have different modules or flags, or are none.

    workerd starts all Python Workers of a process from one snapshot.
    """
    workers = [service for service in config.services if isinstance(service, Worker) and service.python]
    keys = {_key(worker) for worker in workers}
    if len(keys) != 1:
        return None
    [key] = keys
    with _locked() as folder:
        file = folder / key / SNAPSHOT
        if not file.exists():
            _make(workers[0], file.parent)
            _prune(folder)
        file.parent.touch()
        return file


def dedicated(config: Config) -> Config:
    """Return `config` with the flag for snapshots of the Worker's own code."""
    return msgspec.structs.replace(config, services=[_with_flag(service) for service in config.services])


def _with_flag(service: Service) -> Service:
    if not isinstance(service, Worker) or not service.python:
        return service
    return msgspec.structs.replace(service, flags=[*service.compatibility_flags, _DEDICATED])


def _key(worker: Worker) -> str:
    """Return a hash of everything that a snapshot depends on: modules, flags, and the runtime itself."""
    digest = hashlib.sha256(runtime.workerd_binary().resolve().as_posix().encode())
    for path in (runtime.CACHE / bundle.BUNDLE_NAME, runtime.NODE_MODULES / "workerd" / "package.json"):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    parts: Sequence[object] = (worker.compatibility_date, worker.compatibility_flags)
    digest.update(repr(parts).encode())
    for module in worker.modules:
        content = module.content.read_bytes() if isinstance(module.content, Path) else module.content.encode()
        digest.update(f"{module.name}\0{module.kind}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:32]


def _make(worker: Worker, target: Path) -> None:
    """Take the snapshot of the Worker alone, without its bindings: nothing calls them before the first request."""
    alone = msgspec.structs.replace(worker, bindings={}, durable_objects=(), storage=None, outbound=None)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        save(Config([alone]), Path(folder))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder, target)


def _prune(folder: Path) -> None:
    """Remove the snapshots that were not used for longest."""
    by_use = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in by_use[:-_KEPT]:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _locked() -> Iterator[Path]:
    """Yield the folder of the snapshots; one process at a time."""
    folder = runtime.CACHE / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
