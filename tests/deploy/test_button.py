"""The scripts of the button Deploy to Cloudflare: what Workers Builds runs, in a clone without the built files."""

import json
import re
import shutil
import tomllib

import pytest

from embedder.settings import EXAMPLE_KEYS, Settings
from tests.core.fakes import FakeApp
from tools import runtime

PACKAGE = json.loads((runtime.ROOT / "package.json").read_text(encoding="utf-8"))


def example():
    text = (runtime.ROOT / ".dev.vars.example").read_text(encoding="utf-8")
    return dict(re.findall(r'^(\w+)="(.*)"$', text, re.MULTILINE))


@pytest.fixture
def upload(rehearsal):
    """Run commands one after the other in a clone, on a new account; return its parts, its metadata and its assets."""

    def run(*commands):
        rehearsal.api.state = type(rehearsal.api.state)()
        shutil.rmtree(rehearsal.checkout / "public" / "assets", ignore_errors=True)
        for name in ("index.html", "docs.html", "llms.txt"):
            (rehearsal.checkout / "public" / name).unlink(missing_ok=True)
        for command in commands:
            done = rehearsal.wrangler(*command.split())
            assert done.returncode == 0, done.stdout + done.stderr
        version = rehearsal.script.versions[rehearsal.script.current]
        return version["parts"], version["metadata"]["bindings"], rehearsal.api.state.manifest

    return run


@pytest.mark.extended
@pytest.mark.index
def test_the_scripts_upload_what_a_deployment_from_a_checkout_uploads(upload):
    by_button = upload("npm run build", "npm run deploy")
    assert {"/docs.html", "/index.html", "/llms.txt"} < set(by_button[2])
    assert sum(name.startswith("/assets/") for name in by_button[2]) == 8
    assert by_button == upload("pywrangler deploy --env=")


def test_the_scripts_pin_the_version_that_is_tested():
    project = (runtime.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [pin] = re.findall(r'"(workers-py==[\d.]+)"', project)
    assert f"--from {pin} " in PACKAGE["scripts"]["deploy"]


def test_the_example_of_a_key_is_no_key():
    assert example() == {"API_KEYS": EXAMPLE_KEYS}
    settings = Settings.from_env(example())
    assert (settings.auth, settings.keys) == (True, ())


@pytest.mark.parametrize(("auth", "status"), [("on", 503), ("off", 200)])
def test_a_copy_of_the_example_opens_nothing_and_closes_nothing(auth, status):
    """`cp .dev.vars.example .dev.vars`: `make dev` has AUTH off, and a deployed Worker has it on."""
    app = FakeApp(**example() | {"AUTH": auth})
    response = app.ask("/embed", {"text": "a"}, authorization="Bearer replace-me")
    assert response.status == status


def test_every_binding_that_the_button_asks_for_is_described():
    config = tomllib.loads((runtime.ROOT / "wrangler.toml").read_text(encoding="utf-8"))
    asked = {*config["vars"], *example(), config["ai"]["binding"]}
    asked |= {item["binding"] for item in config["vectorize"]} | {item["name"] for item in config["ratelimits"]}
    described = PACKAGE["cloudflare"]["bindings"]
    assert described.keys() == asked
    assert all(item["description"] for item in described.values())
