"""The commands on the pages exist: make targets, commands of `embedder` and their options, links."""

import os
import re
import subprocess
from functools import cache

import pytest

from embedder_cli.deploy.steps import Deployment, Wanted
from tests.cli.test_deploy import ScriptedRunner
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


def test_the_readme_shows_what_a_first_deployment_prints():
    said = []
    config = {"name": "embedder", "vectorize": [{"index_name": "embedder"}]}
    Deployment(Wanted.from_config(config), ScriptedRunner(), lambda _: True, said.append).run()
    [shown] = blocks(ROOT / "README.md", "text")
    assert output_pattern(shown.code).fullmatch("\n".join(said)), "\n".join(said)
