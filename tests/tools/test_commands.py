"""The pages agree with the code: make targets, commands and their options, links, output, messages, error formats."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from embedder.api import routes
from embedder.errors import EmbedderError
from embedder_cli.doctor.endpoint import Answer, Endpoint
from embedder_cli.doctor.results import Result, Status
from embedder_cli.main import app
from tests.pages import EXAMPLES, PAGES, ROOT, blocks, output_pattern
from tests.tools.test_deploy import ScriptedRunner, whoami
from tools import runtime
from tools.deploy import check, cli, failures

TEXTS = [*PAGES, *EXAMPLES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "cli" / "README.md"]
_CODE = re.compile(r"```sh\n.*?```|`[^`\n]+`", re.DOTALL)
_MAKE = re.compile(r"(?:^|[`\s])make ([a-z][a-z-]*)")
GROUPS = ("key", "queue")  # of commands
_EMBEDDER = re.compile(r"(?:^|[`/\s])embedder ([a-z]+)([^`\n]*)")


def code_of(path):
    return _CODE.findall(path.read_text(encoding="utf-8"))


@cache
def makefile_targets():
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def help_of(*command):
    environment = {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    done = CliRunner(env=environment).invoke(app, [*command, "--help"])
    return done.stdout if done.exit_code == 0 else ""


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_and_commands_exist(path):
    for code in code_of(path):
        for target in _MAKE.findall(code):
            assert target in makefile_targets(), f"make {target}"
        for name, rest in _EMBEDDER.findall(code):
            command = [name, *re.findall(r"^ ([a-z]+)", rest)] if name in GROUPS else [name]
            assert help_of(*command), f"embedder {' '.join(command)}"
            for option in re.findall(r"(?<=\s)--[a-z][a-z-]*", rest):
                assert re.search(rf"{option}\b", help_of(*command)), f"embedder {' '.join(command)} {option}"


def test_the_commands_of_the_readme_need_no_other_tool():
    """Cloudflare's own commands are in a list of their own, with uv."""
    text = "".join(block.code for block in blocks(ROOT / "README.md", "sh"))
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
    app = typer.Typer()
    app.command()(cli.main)
    done = CliRunner().invoke(app, [], input="y\ny\ny\n")
    assert done.exit_code == 0, done.output
    return [line for line in done.stdout.splitlines() if "? [Y/n]: " not in line]


def test_the_readme_shows_what_a_first_deployment_prints(printed):
    [shown] = blocks(ROOT / "README.md", "text")
    *lines, last = shown.code.splitlines()
    assert (last, lines[-1]) == ("...", f"doctor {ADDRESS}")  # the table of the doctor follows
    begin = printed.index(lines[0])
    for line, found in zip(lines, printed[begin : begin + len(lines)], strict=True):
        assert output_pattern(line).fullmatch(found.strip()), f"{line!r} is {found!r}"


def sentence(node):
    """Return the string of a syntax node, or "". A value that is put into the string is `...`."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    values = [getattr(part, "value", None) for part in parts]
    return "".join(value if isinstance(value, str) else "..." for value in values)


def nodes(*paths):
    return [node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


def table(page, heading):
    """Return the rows of the first table under a heading of a page in docs/."""
    section = (ROOT / "docs" / page).read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


MODULES = ROOT / "tools"
DEPLOY = [cells[0].strip("`") for cells in table("troubleshooting.md", "`make deploy` stops")]
DEV = [re.search(r"`(.+?)`", cells[0])[1] for cells in table("troubleshooting.md", "`make dev` does not start")]


@pytest.mark.parametrize("message", [*DEPLOY, *DEV])
def test_a_message_in_troubleshooting_is_one_of_the_commands(message):
    folder = "deploy" if message in DEPLOY else "dev"
    strings = nodes(*(MODULES / folder).glob("*.py"), *(MODULES / "runtime").glob("*.py"))
    assert any(output_pattern(message).search(sentence(node)) for node in strings)


def test_every_sentence_about_a_failed_deployment_is_in_troubleshooting():
    returned = [sentence(node.value) for node in nodes(Path(failures.__file__)) if isinstance(node, ast.Return)]
    known = [found for found in returned if ". " in found]
    assert len(known) >= 9
    assert [found for found in known if not any(output_pattern(message).match(found) for message in DEPLOY)] == []


FORMATS = [
    (path, cells[2].strip("`")) for cells in table("errors.md", "Formats") for path in re.findall("`(/.*?)`", cells[1])
]


@pytest.mark.parametrize(("path", "shown"), FORMATS)
def test_the_error_formats_are_those_of_the_routes(path, shown):
    error = EmbedderError("model_not_found", "Unknown model.", param="model")
    assert output_pattern(shown).fullmatch(routes.find(path.replace("...", "any")).api.error_text(error))
