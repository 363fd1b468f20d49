"""What is installed from npm and PyPI: wrangler with workerd, and the packages that are uploaded with the Worker."""

from importlib.metadata import version

from tools import vendor
from tools.runtime.commands import finished, run
from tools.runtime.files import write_at_once
from tools.runtime.paths import ROOT, VENDORED, RuntimeSetupError

# Marks with which pywrangler knows that its own download of the same packages is not needed.
_SYNC_MARKS = (VENDORED / ".synced", ROOT / ".venv-workers" / ".synced")
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


def install_worker_packages() -> None:
    """Install what is uploaded with the Worker."""
    try:
        vendor.install()
    except vendor.VendorError as error:
        raise RuntimeSetupError(f"pip can't install the Worker's packages: {error}") from error


def mark_synced() -> None:
    """Tell pywrangler that the packages are here."""
    for mark in _SYNC_MARKS:
        mark.parent.mkdir(exist_ok=True)
        write_at_once(mark, version("workers-py"))
