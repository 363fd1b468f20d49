"""Runs the programs that npm and pip installed, in the environment of the runtime."""

import os
import subprocess
import sys
from pathlib import Path

from tools.runtime.paths import CACHE, NODE_MODULES, ROOT, RuntimeSetupError

WRAPPER = CACHE / "workerd"  # what wrangler starts as workerd
_KEPT_LINES = 5


def environment() -> dict[str, str]:
    """Return the environment in which wrangler finds this runtime and asks no host outside."""
    path = [str(Path(sys.executable).parent), str(NODE_MODULES / ".bin"), os.environ.get("PATH", "")]
    return {
        **os.environ,
        "PATH": os.pathsep.join(path),
        "MINIFLARE_WORKERD_PATH": str(WRAPPER),
        "CLOUDFLARE_CF_FETCH_ENABLED": "false",
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_HIDE_BANNER": "true",
        "VSCODE_INSPECTOR_OPTIONS": ":::",  # makes wrangler start no proxy of V8's inspector
        "NO_UPDATE_NOTIFIER": "1",
        "NODE_COMPILE_CACHE": str(CACHE / "node"),  # wrangler starts a fifth faster
    }


def finished(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in the checkout to its end."""
    return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)


def run(*command: str) -> None:
    """Run a command in the checkout; RuntimeSetupError with the end of its output if it fails."""
    done = finished(*command)
    if done.returncode:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_KEPT_LINES:])
        raise RuntimeSetupError(f"{' '.join(command[:3])} failed:\n{tail}")
