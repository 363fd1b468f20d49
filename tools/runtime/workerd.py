"""The workerd that npm installed, the pyodide that it expects, and the script that wrangler runs as workerd."""

import json
import mmap
import re
from pathlib import Path

from tools.runtime.commands import WRAPPER
from tools.runtime.files import write_at_once
from tools.runtime.paths import CACHE, NODE_MODULES, RuntimeSetupError


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


def write_wrapper(snapshot: Path) -> None:
    """Write the script that wrangler runs as workerd. It adds the bundle and the snapshot, and removes the inspector.

    wrangler has no option for the latter. It waits until workerd reports the inspector's port, so the script does.
    """
    content = f"""#!/bin/sh
if [ "$1" = serve ]; then
  shift
  set -- serve "--pyodide-bundle-disk-cache-dir={CACHE}" \\
    "--python-load-snapshot={snapshot.name}" "--python-snapshot-dir={snapshot.parent}" "$@"
fi
for argument; do
  shift
  case "$argument" in
  --inspector-addr=*) printf '{{"event":"listen-inspector","port":0}}\\n' >&3 ;;
  *) set -- "$@" "$argument" ;;
  esac
done
exec "{workerd_binary()}" "$@"
"""
    write_at_once(WRAPPER, content, mode=0o755)
