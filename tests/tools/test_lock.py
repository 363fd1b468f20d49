"""The lock files: they hold every pin, with hashes, and name no registry."""

import re
import tomllib

import pytest

from tools import runtime

PYTHON = (runtime.ROOT / "requirements.lock").read_text(encoding="utf-8")
RUN = (runtime.ROOT / "requirements-run.lock").read_text(encoding="utf-8")
CLIENTS = (runtime.ROOT / "requirements-clients.lock").read_text(encoding="utf-8")
JAVASCRIPT = (runtime.ROOT / "package-lock.json").read_text(encoding="utf-8")


PROJECT = tomllib.loads((runtime.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
DEV = [*GROUPS["run"], *(item for item in GROUPS["dev"] if isinstance(item, str))]


def locked(lock):
    return dict(re.findall(r"^([\w-]+)==((?:.*\\\n)*.*)", lock, re.MULTILINE))


@pytest.mark.parametrize(
    ("wanted", "lock"),
    [([*PROJECT["project"]["dependencies"], *DEV], PYTHON), (GROUPS["run"], RUN), (GROUPS["clients"], CLIENTS)],
    ids=["dev", "run", "clients"],
)
def test_every_pin_of_the_project_is_locked(wanted, lock):
    pins = dict(pin.split("==") for pin in wanted if "==" in pin)
    assert len(pins) > 4
    found = {name: re.split(r"[ ;]", rest)[0] for name, rest in locked(lock).items()}
    assert {name: found.get(name) for name in pins} == pins


def test_a_package_of_both_groups_has_one_version():
    dev, clients = (dict(pin.split("==") for pin in group if "==" in pin) for group in (DEV, GROUPS["clients"]))
    shared = dev.keys() & clients.keys()
    assert shared >= {"openai", "cloudflare"}
    assert {name: clients[name] for name in shared} == {name: dev[name] for name in shared}


def test_every_requirement_of_the_commands_is_locked():
    package = tomllib.loads((runtime.ROOT / "cli" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {re.match(r"[\w-]+", item)[0] for item in package["dependencies"]} <= locked(RUN).keys()


def test_what_make_dev_installs_has_the_same_versions_in_the_tests():
    run, everything = locked(RUN), locked(PYTHON)
    assert len(run) < len(everything) / 2
    assert {name: everything.get(name) for name in run} == run


@pytest.mark.parametrize("lock", [PYTHON, RUN, CLIENTS], ids=["dev", "run", "clients"])
def test_every_package_has_hashes(lock):
    assert [name for name, rest in locked(lock).items() if "--hash=sha256:" not in rest] == []


def test_no_registry_and_no_file_of_a_machine_is_named():
    assert not re.search(r"://|^-|file:|^/", PYTHON + RUN + CLIENTS, re.MULTILINE)
    assert '"resolved"' not in JAVASCRIPT
