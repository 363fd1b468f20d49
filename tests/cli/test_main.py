"""The command line itself: what it lists, what it loads, and what belongs to a checkout."""

import re
import subprocess
import sys

import pytest

from tests.cli.command import embedder
from tests.worker import EMBEDDER
from tools.runtime import ROOT

COMMANDS = ("import", "queue", "search", "doctor", "key")


def test_help_lists_every_command():
    done = subprocess.run([EMBEDDER, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert [name for name in COMMANDS if f" {name} " not in done.stdout] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_own_help(name):
    done = embedder(name, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: embedder {name} " in done.stdout


def test_a_command_of_a_group_has_its_own_help():
    assert " new " in embedder("key", "--help").stdout
    done = embedder("key", "new", "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage: embedder key new " in done.stdout


def test_listing_the_commands_loads_none_of_them():
    script = (
        "import sys; from typer.testing import CliRunner; from embedder_cli.main import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('httpx', 'capnp', 'asyncio')"
        " or name.startswith(('embedder_cli.importer', 'embedder_cli.doctor', 'embedder_cli.keys'))"
        "])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_unknown_command_is_a_usage_error():
    done = embedder("serch", "planets")
    assert done.returncode == 2
    assert "Did you mean 'search'?" in done.stderr


@pytest.mark.parametrize(
    ("command", "instead"),
    [(["dev"], "make dev"), (["deploy", "--yes"], "make deploy"), (["key", "rotate"], "make rotate")],
)
def test_what_needs_a_checkout_is_a_target_of_make(command, instead):
    done = embedder(*command)
    assert done.returncode == 2
    assert f"checkout of the Worker: run `{instead}` there." in " ".join(done.stderr.split())


def test_the_package_imports_nothing_of_the_checkout():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "cli" / "src").rglob("*.py")]
    assert len(sources) > 40
    assert [
        text
        for text in sources
        if re.search(r"^\s*(from|import) (tools|embedder|bindings|tests)\b", text, re.MULTILINE)
    ] == []
