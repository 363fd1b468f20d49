"""What an editor shows when it opens the folder: pyright finds nothing in src/."""

import json
import os
import subprocess

import pytest

from tools import runtime


@pytest.mark.slow
def test_pyright_reports_nothing():
    runtime.prepare(tests=True)
    chosen = ("VIRTUAL_ENV", "PYTHONPATH")  # an editor starts without them
    environment = {name: value for name, value in runtime.environment().items() if name not in chosen}
    environment["PATH"] = os.pathsep.join([str(runtime.NODE_MODULES / ".bin"), os.environ["PATH"]])
    command = ["pyright", "--outputjson"]
    done = subprocess.run(command, cwd=runtime.ROOT, env=environment, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] > 50
    shown = [
        f"{item['file']}:{item['range']['start']['line'] + 1}: {item['message']}"
        for item in found["generalDiagnostics"]
    ]
    assert shown == []
