"""The command line itself: what it lists, what it loads, and where `dev` and `deploy` may run."""

import subprocess
import sys

import pytest

from embedder_cli import checkout, runtime
from tests.worker import EMBEDDER

COMMANDS = ("import", "queue", "search", "doctor", "key", "deploy", "dev")


def embedder(*arguments, cwd=runtime.ROOT):
    return subprocess.run([str(EMBEDDER), *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_help_lists_every_command():
    done = embedder("--help")
    assert done.returncode == 0
    assert [name for name in COMMANDS if f" {name} " not in done.stdout] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_own_help(name):
    done = embedder(name, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: embedder {name} " in done.stdout


@pytest.mark.parametrize("name", ["new", "rotate"])
def test_a_command_of_a_group_has_its_own_help(name):
    assert f" {name} " in embedder("key", "--help").stdout
    done = embedder("key", name, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: embedder key {name} " in done.stdout


def test_listing_the_commands_loads_none_of_them():
    script = (
        "import sys; from typer.testing import CliRunner; from embedder_cli.main import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('httpx', 'capnp', 'asyncio')"
        " or name.startswith(('embedder_cli.importer', 'embedder_cli.doctor', 'embedder_cli.keys'))"
        " or name == 'embedder_cli.runtime'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_unknown_command_is_a_usage_error():
    done = embedder("serch", "planets")
    assert done.returncode == 2
    assert "Did you mean 'search'?" in done.stderr


@pytest.mark.parametrize("below", [".", "src/embedder", "examples/python", "local/src"])
def test_the_checkout_is_found_from_every_folder_of_it(below):
    assert checkout.find(runtime.ROOT / below) == runtime.ROOT


@pytest.mark.parametrize("command", [["dev"], ["deploy"], ["key", "rotate"]], ids=" ".join)
def test_outside_a_checkout_there_is_one_sentence(command, tmp_path):
    done = embedder(*command, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        f"{command[-1]}: {tmp_path} is not in a checkout of the embedder Worker; clone it and change to that folder.\n"
    )
