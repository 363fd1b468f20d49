"""A deployment that is stopped between any two steps: nothing secret stays, and the same command continues."""

import re
import signal
import stat
from pathlib import Path

import pytest

from tests.tools.test_deploy import default_key

pytestmark = pytest.mark.extended

STOPPED = "deploy: stopped; start again to continue.\n"
SHOWN = re.compile(r"^keys: If the upload was complete, this is the key of the service: (\S+)$", re.MULTILINE)
# the call after which the deployment is stopped, and the signal, in the order of the calls
BEFORE_THE_UPLOAD = [("list_deployments", signal.SIGINT), ("create_index", signal.SIGTERM)]
DURING_THE_UPLOAD = [("assets_session", signal.SIGHUP), ("upload", signal.SIGTERM)]


def secrets_files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*.json") if '"API_KEYS"' in path.read_text()]


def stop_after(rehearsal, name, number):
    """Stop a deployment right after a call was served; return what it printed, and the modes of its secrets files."""
    modes = []
    process = rehearsal.start(f"--url={rehearsal.address}")

    def watch(call):
        if call == name and not modes:
            modes.append([stat.S_IMODE(path.stat().st_mode) for path in secrets_files(rehearsal.home)])
            process.send_signal(number)
            process.wait(60)

    rehearsal.api.watch = watch
    output, errors = process.communicate("y\ny\ny\n", timeout=120)
    assert modes, output + errors
    assert (process.returncode, errors) == (1, STOPPED)
    assert secrets_files(rehearsal.home) == []
    return output, modes[0]


def test_a_deployment_that_is_stopped_between_any_two_steps_continues(rehearsal):
    rehearsal.environment = {"EMBEDDER_KEY": ""}
    for name, number in BEFORE_THE_UPLOAD:
        output, modes = stop_after(rehearsal, name, number)
        assert modes == []
        assert not SHOWN.search(output)
    for name, number in DURING_THE_UPLOAD:
        output, modes = stop_after(rehearsal, name, number)
        assert modes == [0o600]
        [key] = SHOWN.findall(output)
    assert rehearsal.script.secrets == {"API_KEYS": default_key(key)}
    assert not rehearsal.script.subdomain
    stop_after(rehearsal, "upload_version", signal.SIGINT)
    rehearsal.api.watch = lambda _: None
    done = rehearsal.deploy("--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert rehearsal.changes.count("create_index") == rehearsal.changes.count("upload") == 1
    assert rehearsal.script.secrets == {"API_KEYS": default_key(key)}
    assert rehearsal.script.subdomain
