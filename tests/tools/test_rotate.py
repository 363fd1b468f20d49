"""`make rotate`: a rotation never has a gap."""

import json
import re

import pytest
import typer
from typer.testing import CliRunner

from embedder.access import keys
from embedder_cli.keys import entries
from tests.cli.test_keys import OLD, WEB
from tests.tools.test_deploy import STATUS, ScriptedRunner, view
from tools import runtime
from tools.deploy import cli
from tools.deploy.plan import DeployError
from tools.deploy.steps import Done
from tools.rotate import rotation
from tools.rotate.cli import main

NEW = "the-new-key-of-the-clients"
OTHER = entries.entry("batch", "another-key-of-the-batch")


def run(*arguments, typed=""):
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, arguments, input=typed)


def test_the_new_key_may_do_what_the_old_one_may():
    new, old, other = rotation.added([WEB, OTHER], "web", NEW, "2027-01-31")
    assert new == {**WEB, "sha256": entries.digest(NEW), "expires": "2027-01-31"}
    assert (old, other) == ({**WEB, "name": "web-previous"}, OTHER)
    assert rotation.removed([new, old, other], "web") == [new, other]
    [renewed, _, _] = rotation.added([{**WEB, "expires": "2026-01-31"}, OTHER], "web", NEW, None)
    assert "expires" not in renewed


@pytest.mark.parametrize(
    ("present", "key", "says"),
    [
        ([OTHER], NEW, "has no key web; it has batch"),
        ([WEB, {**OTHER, "name": "web-previous"}], NEW, "a rotation is under way"),
        ([WEB, {**OTHER, "name": "web"}], NEW, "several keys web"),
        ([WEB, OTHER], OLD, "a key that the service has already"),
    ],
)
def test_a_rotation_that_can_not_begin(present, key, says):
    with pytest.raises(DeployError, match=says):
        rotation.added(present, "web", key, None)


@pytest.mark.parametrize(
    ("present", "says"), [([WEB], "no key web-previous"), ([{**WEB, "name": "web-previous"}], "so the old one stays")]
)
def test_the_old_key_stays_without_a_new_one(present, says):
    with pytest.raises(DeployError, match=says):
        rotation.removed(present, "web")


@pytest.fixture
def runner(monkeypatch):
    """The commands of a rotation of a deployed service."""
    monkeypatch.delenv("EMBEDDER_KEY", raising=False)
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID", raising=False)
    monkeypatch.setattr(runtime, "prepare", lambda: None)
    made = ScriptedRunner(wrangler_deployments_status=Done(0, STATUS), wrangler_versions_view=view())
    monkeypatch.setattr(cli, "Commands", lambda _folder: made)
    return made


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text(entries.as_text([WEB, OTHER]))
    return path


def put(runner):
    """Return the values of the secret, in order, as the Worker reads them."""
    return [keys.parse(value) for value in runner.typed if value]


def names(found):
    return [key.name for key in found]


def shown(output):
    return re.search(r"new key of your clients: (\S+)$", output, re.MULTILINE)[1]


def test_a_rotation_asks_before_each_step_and_has_no_gap(runner, file):
    done = run("web", "--entries", str(file), typed="y\ny\ny\n")
    assert done.exit_code == 0, done.output
    first, last = put(runner)
    assert (names(first), names(last)) == (["web", "web-previous", "batch"], ["web", "batch"])
    new = shown(done.stdout)
    assert keys.matching(first, OLD).name == "web-previous"
    assert keys.matching(first, new) == keys.matching(last, new)
    assert keys.matching(last, OLD) is None
    assert keys.matching(last, new).access == keys.parse(entries.as_text([WEB]))[0].access
    assert keys.parse(file.read_text()) == last
    assert runner.changes == ["wrangler secret put API_KEYS --env="] * 2
    assert [done.stdout.index(step) for step in ("add:", "switch:", "remove:")] == sorted(
        done.stdout.index(step) for step in ("add:", "switch:", "remove:")
    )
    assert new not in "".join(runner.typed)


def test_without_a_file_the_value_is_asked_for_and_pairs_become_digests(runner):
    done = run(typed=f"default:{OLD},batch:0123456789abcdef\ny\nn\n")
    assert done.exit_code == 0, done.output
    [value] = put(runner)
    assert names(value) == ["default", "default-previous", "batch"]
    assert OLD not in done.output
    told = re.search(r"API_KEYS is now: (.*)$", done.stdout, re.MULTILINE)[1]
    assert keys.parse(told) == value
    assert "make rotate NAME=default ARGS=--finish" in done.stdout


def test_a_rejection_changes_nothing(runner, file):
    done = run("web", "--entries", str(file), typed="n\n")
    assert (done.exit_code, put(runner)) == (1, [])
    assert "stopped as you wished" in done.output
    assert entries.read(file.read_text()) == [WEB, OTHER]


def test_nobody_at_the_terminal_changes_nothing(runner, file):
    done = run("web", "--entries", str(file))
    assert (done.exit_code, put(runner)) == (1, [])


def test_unattended_the_old_key_is_removed_only_with_finish(runner, file, monkeypatch):
    monkeypatch.setenv("EMBEDDER_KEY", NEW)
    options = ("web", "--entries", str(file), "--yes")
    done = run(*options)
    assert done.exit_code == 0, done.output
    assert NEW not in done.output
    again = run(*options)
    assert again.exit_code == 1
    assert "a rotation is under way" in again.output
    assert run(*options, "--finish").exit_code == 0
    first, last = put(runner)
    assert (keys.matching(first, OLD).name, keys.matching(last, OLD)) == ("web-previous", None)
    assert keys.matching(last, NEW).name == "web"


@pytest.mark.parametrize(("key", "with_file"), [(None, True), (NEW, False)])
def test_unattended_it_needs_the_entries_and_a_key(runner, file, monkeypatch, key, with_file):
    if key:
        monkeypatch.setenv("EMBEDDER_KEY", key)
    done = run("web", "--yes", *(["--entries", str(file)] if with_file else []))
    assert done.exit_code == 1
    assert "--entries" in done.output
    assert "EMBEDDER_KEY" in done.output
    assert runner.commands == []


def test_a_failed_command_leaves_the_file_as_it_was(runner, file):
    runner._answers["wrangler secret put"] = Done(1, "", "no [code: 10000]")
    done = run("web", "--entries", str(file), typed="y\ny\n")
    assert done.exit_code == 1
    assert "Step add: the login lacks a permission" in done.output
    assert json.loads(file.read_text()) == [WEB, OTHER]


@pytest.mark.usefixtures("runner")
def test_a_service_without_keys_is_for_deploy(monkeypatch, file):
    monkeypatch.setattr(cli, "Commands", lambda _folder: ScriptedRunner())
    done = run("web", "--entries", str(file), typed="y\n")
    assert done.exit_code == 1
    assert "`make deploy` makes the first one" in done.output
