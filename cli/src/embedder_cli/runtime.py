"""The real Workers runtime, put together from PyPI and npm alone.

Everything that is built or installed here is kept, and made again when the pin that it came from moves.
"""

import fcntl
import hashlib
import json
import mmap
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from embedder_cli import assets, bundle, checkout

ROOT = checkout.find(Path.cwd())
CACHE = ROOT / ".runtime"
VENDORED = ROOT / "python_modules"
NODE_MODULES = ROOT / "node_modules"
# Marks with which pywrangler knows that its own download of the same packages is not needed.
_SYNC_MARKS = (VENDORED / ".synced", ROOT / ".venv-workers" / ".synced")
_WASM_PLATFORM = "pyemscripten_2026_0_wasm32"
_WASM_PYTHON = "3.14"
_REGISTRY_TIMEOUT_MS = 10_000
_PROGRESS = {
    "node_modules": "installing wrangler and the Workers runtime from npm (about half a minute)",
    "page": "bundling the page",
    "python_modules": "installing the Worker's packages from PyPI",
    "bundle": "building the Python runtime",
}


class RuntimeSetupError(Exception):
    """The runtime can't be put together; the message is one sentence to act on."""


def prepare() -> None:
    """Install and build what is missing or out of date; one process at a time."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another process that prepares the runtime ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        _prepare()


def _prepare() -> None:
    _once("node_modules", (ROOT / "package-lock.json").read_bytes(), NODE_MODULES, install_node_modules)
    _once("page", assets.pin(ROOT), ROOT / "public" / "index.html", build_page)
    _once("python_modules", json.dumps(worker_dependencies()).encode(), VENDORED, vendor)
    _mark_synced()
    check_versions(pyodide_expected(workerd_binary()), pyodide_installed())
    built_from = pyodide_installed().encode() + Path(bundle.__file__).read_bytes()
    _once("bundle", built_from, CACHE / bundle.BUNDLE_NAME, build_bundle)
    write_workerd_wrapper()


def environment() -> dict[str, str]:
    """Return the environment in which wrangler finds this runtime and asks no host outside."""
    path = [str(Path(sys.executable).parent), str(NODE_MODULES / ".bin"), os.environ.get("PATH", "")]
    return {
        **os.environ,
        "PATH": os.pathsep.join(path),
        "MINIFLARE_WORKERD_PATH": str(_wrapper()),
        "CLOUDFLARE_CF_FETCH_ENABLED": "false",
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_HIDE_BANNER": "true",
        "VSCODE_INSPECTOR_OPTIONS": ":::",  # makes wrangler start no proxy of V8's inspector
        "NO_UPDATE_NOTIFIER": "1",
        "NODE_COMPILE_CACHE": str(CACHE / "node"),  # wrangler starts a fifth faster
    }


def _once(name: str, pin: bytes, product: Path, make: Callable[[], None]) -> None:
    """Call `make` unless `product` was made from the same `pin` before."""
    stamp = CACHE / f"{name}.sha256"
    digest = hashlib.sha256(pin).hexdigest()
    if product.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    print(f"{_PROGRESS[name]} ...", flush=True)
    make()
    stamp.write_text(digest)


def _finished(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)


def _run(*command: str) -> None:
    done = _finished(*command)
    if done.returncode:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise RuntimeSetupError(f"{' '.join(command[:3])} failed:\n{tail}")


def install_node_modules() -> None:
    _check_registry()
    # not `npm ci`: the lock need not hold the optional builds of workerd for every other system
    _run("npm", "install", "--no-save")


def _check_registry() -> None:
    """Fail within seconds if npm can't reach its registry; `npm install` would retry for minutes."""
    done = _finished("npm", "view", "pyodide", "name", "--fetch-retries=0", f"--fetch-timeout={_REGISTRY_TIMEOUT_MS}")
    if done.returncode:
        address = _finished("npm", "config", "get", "registry").stdout.strip().rpartition("@")[2]  # without a password
        reason = next((line for line in done.stderr.splitlines() if "code" in line), "no answer").rpartition(" ")[2]
        raise RuntimeSetupError(
            f"npm can't reach its registry {address} ({reason}); check the network, or set another registry in .npmrc."
        )


def worker_dependencies() -> list[str]:
    """Return the pinned packages that are uploaded with the Worker."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return list(project["project"]["dependencies"])


def vendor() -> None:
    """Put the Worker's packages, built for WebAssembly, where wrangler picks them up."""
    shutil.rmtree(VENDORED, ignore_errors=True)
    target = ("--target", str(VENDORED), "--no-compile", "--only-binary=:all:", "--implementation", "cp")
    platform = ("--platform", _WASM_PLATFORM, "--python-version", _WASM_PYTHON)
    _run(sys.executable, "-m", "pip", "install", "-q", *target, *platform, *worker_dependencies())
    (VENDORED / "pyvenv.cfg").touch()


def _mark_synced() -> None:
    for mark in _SYNC_MARKS:
        mark.parent.mkdir(exist_ok=True)
        mark.write_text(version("workers-py"))


def workerd_binary() -> Path:
    """Return the workerd that npm installed for this machine."""
    found = sorted(NODE_MODULES.glob("@cloudflare/workerd-*/bin/workerd*"))
    if not found:
        raise RuntimeSetupError("npm installed no workerd for this machine; remove node_modules and try again.")
    return found[0]


def pyodide_installed() -> str:
    """Return the version of the npm package pyodide."""
    return str(json.loads((NODE_MODULES / "pyodide" / "package.json").read_text())["version"])


def pyodide_expected(workerd: Path) -> str:
    """Return the version of pyodide that this workerd was built for, as its binary names it."""
    with workerd.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = re.search(rb"pythonWorkersDevPyodide\x00+(\d+\.\d+\.\d+)\x00", content)
        if not found:
            raise RuntimeSetupError("workerd does not name the pyodide that it expects: its pinned version moved.")
        return found[1].decode()


def check_versions(expected: str, installed: str) -> None:
    """Raise RuntimeSetupError unless the two versions of pyodide are the same."""
    if expected != installed:
        raise RuntimeSetupError(
            f"workerd expects pyodide {expected}, but package.json pins {installed}: set it to {expected}."
        )


def build_page() -> None:
    try:
        assets.build(ROOT, environment())
    except assets.AssetsError as error:
        raise RuntimeSetupError(f"{error}") from error


def build_bundle() -> None:
    try:
        bundle.build(NODE_MODULES / "pyodide", CACHE / bundle.BUNDLE_NAME)
    except bundle.BundleError as error:
        raise RuntimeSetupError(f"{error}.") from error


def _wrapper() -> Path:
    return CACHE / "workerd"


def write_workerd_wrapper() -> None:
    """Write the script that wrangler runs as workerd. It adds the folder of the bundle, and removes the inspector.

    wrangler has no option for the latter. It waits until workerd reports the inspector's port, so the script does.
    """
    content = f"""#!/bin/sh
[ "$1" = serve ] && shift && set -- serve "--pyodide-bundle-disk-cache-dir={CACHE}" "$@"
for argument; do
  shift
  case "$argument" in
  --inspector-addr=*) printf '{{"event":"listen-inspector","port":0}}\\n' >&3 ;;
  *) set -- "$@" "$argument" ;;
  esac
done
exec "{workerd_binary()}" "$@"
"""
    _wrapper().write_text(content)
    _wrapper().chmod(0o755)
