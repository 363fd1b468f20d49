"""The virtual environment of the client packages, `.venv-clients`."""

import os
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
TIME_LIMIT_S = 120


def run(*arguments: str, program: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the client packages. `program` is its standard input."""
    if not PYTHON.with_name("pytest").exists():
        pytest.fail(
            "The client packages are not installed; `make test` installs them into .venv-clients.", pytrace=False
        )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [PYTHON, *arguments],
        input=program,
        cwd=ROOT,
        # without the variable, litellm downloads a list of prices when it is imported
        env=environment | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"} | variables,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
