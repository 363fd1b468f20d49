"""The commands on the pages exist: make targets, commands of `embedder` and their options, links."""

import json
import os
import re
import subprocess
from functools import cache

import pytest
from typer.testing import CliRunner

from embedder_cli import runtime
from embedder_cli.deploy import check, cli
from embedder_cli.doctor.endpoint import Answer, Endpoint
from embedder_cli.doctor.results import Result, Status
from embedder_cli.main import app
from tests.cli.test_deploy import ScriptedRunner, whoami
from tests.pages import EXAMPLES, PAGES, ROOT, blocks, output_pattern
from tests.worker import EMBEDDER

TEXTS = [*PAGES, *EXAMPLES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "cli" / "README.md"]
_CODE = re.compile(r"```sh\n.*?```|`[^`\n]+`", re.DOTALL)
_MAKE = re.compile(r"(?:^|[`\s])make ([a-z]+)")
_EMBEDDER = re.compile(r"(?:^|[`/\s])embedder ([a-z]+)([^`\n]*)")


def code_of(path):
    return _CODE.findall(path.read_text(encoding="utf-8"))


@cache
def makefile_targets():
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def help_of(*command):
    environment = {**os.environ, "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    done = subprocess.run([EMBEDDER, *command, "--help"], cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_and_commands_exist(path):
    for code in code_of(path):
        for target in _MAKE.findall(code):
            assert target in makefile_targets(), f"make {target}"
        for name, rest in _EMBEDDER.findall(code):
            assert help_of(name), f"embedder {name}"
            for option in re.findall(r"(?<=\s)--[a-z][a-z-]*", rest):
                assert re.search(rf"{option}\b", help_of(name)), f"embedder {name} {option}"


def test_the_readme_needs_no_other_tool():
    text = "".join(code_of(ROOT / "README.md"))
    assert "make dev" in text
    assert re.findall(r"\b(?:npx|npm|uv|uvx|node) ", text) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_links_of_an_example_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_anchors_are_headings_of_the_page(path):
    for target, anchor in re.findall(r"\]\(([\w./-]*\.md)?#([\w-]+)\)", path.read_text(encoding="utf-8")):
        page = (path.parent / target if target else path).read_text(encoding="utf-8")
        headings = [re.sub(r"[^\w -]", "", line.strip("# ")).lower() for line in page.splitlines() if line[:1] == "#"]
        assert anchor in [heading.replace(" ", "-") for heading in headings], f"{target}#{anchor}"


ADDRESS = "https://embedder.example.workers.dev"


class FirstDeployment(ScriptedRunner):
    """An empty account `Example`, and a doctor that finds nothing wrong."""

    def __init__(self, _folder):
        super().__init__(wrangler_whoami=whoami([{"id": "a1", "name": "Example"}]))

    def deployed(self):
        return json.dumps({"type": "deploy", "version_id": "new", "targets": [ADDRESS]})


@pytest.fixture
def printed(monkeypatch):
    """The lines of a first deployment whose questions are answered with yes, without the questions."""
    monkeypatch.delenv("EMBEDDER_KEY", raising=False)
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID", raising=False)
    monkeypatch.setattr(cli, "Commands", FirstDeployment)
    monkeypatch.setattr(runtime, "prepare", lambda: None)
    monkeypatch.setattr(Endpoint, "send", lambda *_: Answer(200, {"x-embedder-version": "new"}, {}, 1.0))
    monkeypatch.setattr(check, "examine", lambda *_: [Result("reachable", Status.OK, "/health has status 200")])
    done = CliRunner().invoke(app, ["deploy"], input="y\ny\ny\n")
    assert done.exit_code == 0, done.output
    return [line for line in done.stdout.splitlines() if "? [Y/n]: " not in line]


def test_the_readme_shows_what_a_first_deployment_prints(printed):
    [shown] = blocks(ROOT / "README.md", "text")
    *lines, last = shown.code.splitlines()
    assert (last, lines[-1]) == ("...", f"doctor of {ADDRESS}")  # the table of the doctor follows
    begin = printed.index(lines[0])
    for line, found in zip(lines, printed[begin : begin + len(lines)], strict=True):
        assert output_pattern(line).fullmatch(found.strip()), f"{line!r} is {found!r}"
