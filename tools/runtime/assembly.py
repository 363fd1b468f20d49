"""Puts the runtime together. Everything that is built or installed is kept, and made again when its pin moves."""

import fcntl
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from tools import vendor
from tools.runtime import bundle, page, snapshot
from tools.runtime.packages import install_node_modules, install_worker_packages, mark_synced
from tools.runtime.paths import CACHE, NODE_MODULES, ROOT, VENDORED, RuntimeSetupError
from tools.runtime.workerd import check_versions, pyodide_expected, pyodide_installed, workerd_binary, write_wrapper

_PROGRESS = {
    "node_modules": "installing wrangler and the Workers runtime from npm",
    "node_modules-tests": "installing what only tests need from npm",
    "page": "bundling the page",
    "python_modules": "installing the Worker's packages from PyPI",
    "bundle": "building the Python runtime",
    "snapshot": "taking a snapshot of the Python runtime",
}


def prepare(*, tests: bool = False) -> None:
    """Install and build what is missing or out of date; one process at a time. `tests`: also what only tests need."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another process that prepares the runtime ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        _prepare(tests=tests)


def _prepare(*, tests: bool) -> None:
    _install(tests=tests)
    _once("python_modules", json.dumps(vendor.dependencies()).encode(), VENDORED, install_worker_packages)
    mark_synced()
    _once("page", page.pin(), page.BUILT, page.build)
    check_versions(pyodide_expected(workerd_binary()), pyodide_installed())
    built_from = pyodide_installed().encode() + Path(bundle.__file__).read_bytes()
    _once("bundle", built_from, CACHE / bundle.BUNDLE_NAME, _build_bundle)
    _once("snapshot", built_from + snapshot.configuration().encode(), snapshot.FILE, snapshot.take)
    write_wrapper(snapshot.FILE)


def _install(*, tests: bool) -> None:
    """Install node_modules; those of the tests serve for everything."""
    pin = (ROOT / "package-lock.json").read_bytes()
    if not tests and _is_made("node_modules-tests", pin, NODE_MODULES):
        return
    name = "node_modules-tests" if tests else "node_modules"
    _once(name, pin, NODE_MODULES, lambda: install_node_modules(tests=tests))


def _once(name: str, pin: bytes, product: Path, make: Callable[[], None]) -> None:
    """Call `make` unless `product` was made from the same `pin` before."""
    if _is_made(name, pin, product):
        return
    print(f"{_PROGRESS[name]} ...", flush=True)
    make()
    _stamp(name).write_text(hashlib.sha256(pin).hexdigest())


def _is_made(name: str, pin: bytes, product: Path) -> bool:
    stamp = _stamp(name)
    return product.exists() and stamp.exists() and stamp.read_text() == hashlib.sha256(pin).hexdigest()


def _stamp(name: str) -> Path:
    return CACHE / f"{name}.sha256"


def _build_bundle() -> None:
    try:
        bundle.build(NODE_MODULES / "pyodide", CACHE / bundle.BUNDLE_NAME)
    except bundle.BundleError as error:
        raise RuntimeSetupError(f"{error}.") from error
