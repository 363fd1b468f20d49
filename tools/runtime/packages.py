"""What is installed from npm and PyPI: wrangler with workerd, and the packages that are uploaded with the Worker."""

import shutil
import sys
import tomllib
from importlib.metadata import version

from tools.runtime.commands import finished, run
from tools.runtime.paths import ROOT, VENDORED, RuntimeSetupError

# Marks with which pywrangler knows that its own download of the same packages is not needed.
_SYNC_MARKS = (VENDORED / ".synced", ROOT / ".venv-workers" / ".synced")
_WASM_PLATFORM = "pyemscripten_2026_0_wasm32"
_WASM_PYTHON = "3.14"
_REGISTRY_TIMEOUT_MS = 10_000


def install_node_modules(*, tests: bool = False) -> None:
    """Install the tool chain from npm, and with `tests` what only tests need."""
    _check_registry()
    # not `npm ci`: the lock need not hold the optional builds of workerd for every other system
    run("npm", "install", "--no-save", *([] if tests else ["--omit=dev"]))


def _check_registry() -> None:
    """Fail within seconds if npm can't reach its registry; `npm install` would retry for minutes."""
    done = finished("npm", "view", "pyodide", "name", "--fetch-retries=0", f"--fetch-timeout={_REGISTRY_TIMEOUT_MS}")
    if done.returncode:
        address = finished("npm", "config", "get", "registry").stdout.strip().rpartition("@")[2]  # without a password
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
    run(sys.executable, "-m", "pip", "install", "-q", *target, *platform, *worker_dependencies())
    (VENDORED / "pyvenv.cfg").touch()


def mark_synced() -> None:
    """Tell pywrangler that the packages are here."""
    for mark in _SYNC_MARKS:
        mark.parent.mkdir(exist_ok=True)
        mark.write_text(version("workers-py"))
