"""A snapshot of the Python interpreter, taken before any Worker's own code. Python Workers start twice as fast from it.

workerd takes one file for all Workers of a process. The snapshots of tools/workerd/snapshots.py also hold the Worker's
own code, and so start faster, but all Python Workers of a process must then be the same.
"""

import json
import shutil
import tempfile
from pathlib import Path

from tools.runtime.commands import finished
from tools.runtime.configuration import compatibility_date, local_flags
from tools.runtime.paths import CACHE, RuntimeSetupError
from tools.runtime.workerd import workerd_binary

FOLDER = CACHE / "interpreter"
FILE = FOLDER / "snapshot.bin"
_CONFIG = """using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .main)]);
const main :Workerd.Worker = (
  modules = [(name = "entry.py", pythonModule = "")],
  compatibilityDate = %s,
  compatibilityFlags = %s,
);
"""
_NO_SDK = "disable_python_external_sdk"  # the runtime imports it otherwise, and this Worker has no packages


def configuration() -> str:
    """Return the configuration of a Worker without code, with the date and the flags of the local environment."""
    return _CONFIG % (json.dumps(compatibility_date()), json.dumps([*local_flags(), _NO_SDK]))


def take() -> None:
    """Start a Worker without code, and keep the snapshot that workerd writes. Raises RuntimeSetupError."""
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        config = Path(folder, "config.capnp")
        config.write_text(configuration(), encoding="utf-8")
        options = ("--experimental", f"--pyodide-bundle-disk-cache-dir={CACHE}", "--python-save-snapshot")
        done = finished(str(workerd_binary()), "serve", str(config), *options, f"--python-snapshot-dir={folder}")
        written = Path(folder, FILE.name)
        if not written.exists():
            raise RuntimeSetupError(f"workerd wrote no snapshot of Python:\n{done.stderr.strip()}")
        FOLDER.mkdir(exist_ok=True)
        shutil.move(written, FILE)
