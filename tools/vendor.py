"""Puts the Worker's packages, built for WebAssembly, into python_modules/: `python3 tools/vendor.py`.

It needs the standard library and pip only, because wrangler's build step runs it with whichever Python a machine has.
`pywrangler sync` installs the same files.
"""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "python_modules"
_OPTIONS = ("--quiet", "--quiet", "--disable-pip-version-check", "--no-compile", "--only-binary=:all:")
_PLATFORM = ("--implementation", "cp", "--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14")


class VendorError(Exception):
    """The packages can't be installed; the message is what pip said last."""


def dependencies() -> list[str]:
    """Return the pinned packages that are uploaded with the Worker."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(project["project"]["dependencies"])


def install() -> None:
    """Install the packages. Raises VendorError, and then leaves no folder that looks complete."""
    install_into(TARGET, *_PLATFORM, *dependencies())
    (TARGET / "pyvenv.cfg").touch()


def install_into(target: Path, *arguments: str) -> None:
    """Install packages with the pip of this Python, or with one that uv brings. Raises VendorError."""
    pips: list[Sequence[str]] = [(sys.executable, "-m", "pip")]
    if uvx := shutil.which("uvx"):
        pips.append((uvx, "pip"))
    failed: list[str] = []
    for pip in pips:
        try:
            return _install(pip, target, *arguments)
        except VendorError as error:
            failed.append(str(error))
    raise VendorError("; ".join(failed))


def _install(pip: Sequence[str], target: Path, *arguments: str) -> None:
    shutil.rmtree(target, ignore_errors=True)
    command = [*pip, "install", *_OPTIONS, "--target", str(target), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
        said = [line for line in done.stderr.splitlines() if line.strip()] or [f"{pip[0]} failed"]
        raise VendorError(said[-1].strip())


if __name__ == "__main__":
    try:
        install()
    except VendorError as error:
        sys.exit(str(error))
