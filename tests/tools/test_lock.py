"""The lock files: they hold every pin, with hashes, and name no registry."""

import re
import tomllib

from embedder_cli import runtime

PYTHON = (runtime.ROOT / "requirements.lock").read_text(encoding="utf-8")
JAVASCRIPT = (runtime.ROOT / "package-lock.json").read_text(encoding="utf-8")


def locked():
    return dict(re.findall(r"^([\w-]+)==((?:.*\\\n)*.*)", PYTHON, re.MULTILINE))


def test_every_pin_of_the_project_is_locked():
    project = tomllib.loads((runtime.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    pins = dict(pin.split("==") for pin in wanted if "==" in pin)
    assert len(pins) > 20
    found = {name: re.split(r"[ ;]", rest)[0] for name, rest in locked().items()}
    assert {name: found.get(name) for name in pins} == pins


def test_every_requirement_of_the_commands_is_locked():
    package = tomllib.loads((runtime.ROOT / "cli" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*package["dependencies"], *package["optional-dependencies"]["runtime"]]
    assert {re.match(r"[\w-]+", item)[0] for item in wanted} <= locked().keys()


def test_every_package_has_hashes():
    assert [name for name, rest in locked().items() if "--hash=sha256:" not in rest] == []


def test_no_registry_and_no_file_of_a_machine_is_named():
    assert not re.search(r"://|^-|file:|^/", PYTHON, re.MULTILINE)
    assert '"resolved"' not in JAVASCRIPT
