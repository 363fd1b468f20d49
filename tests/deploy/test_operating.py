"""The commands of docs/operating.md, as they stand there: those of a deployment run against the emulated API."""

import os
import re
import shlex
import subprocess
from itertools import takewhile

import pytest

from embedder import keys
from embedder.access import FULL
from tests.deploy.account import ACCOUNT
from tests.deploy.conftest import KEY
from tests.pages import ROOT, commands
from tests.tools.test_deploy import default_key
from tests.worker import EMBEDDER
from tools import runtime

PAGE = ROOT / "docs" / "operating.md"
REHEARSED = commands(PAGE, "Deploy", "Replace a key", "Roll back")
OTHERS = [line for line in commands(PAGE) if "make wrangler" in line and line not in REHEARSED]


def expanded(line):
    """Return the variables and the command that a line sets and runs. `make` says what its targets run."""
    words = shlex.split(line)
    variables = list(takewhile(re.compile(r"[A-Z_]+=").match, words))
    command = words[len(variables) :]
    if command[0] == "make":
        asked = ["make", "--dry-run", "--no-print-directory", "--assume-old=.venv/.ready", *command[1:]]
        told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        more, command = expanded(told.splitlines()[-1])
        variables += [f"{name}={value}" for name, value in more.items()]
    return dict(variable.split("=", 1) for variable in variables), command


@pytest.fixture
def run(rehearsal, run_upload):
    """Run a line of the page, whose placeholders get values. The first upload becomes the service that answers."""

    def serve(name):
        if name == "upload":
            version = rehearsal.script.current
            rehearsal.api.service = run_upload(rehearsal.script.versions[version], version)

    def start(line, typed="", **values):
        ran.append(line)
        variables, command = expanded(re.sub(r"\b(KEY|ID|VERSION)\b(?!=)", lambda found: values[found[0]], line))
        rehearsal.environment = {"EMBEDDER_KEY": KEY, **variables}
        match command:
            case ["python", "-m", "tools.deploy", *options]:
                done = rehearsal.deploy(*options, typed=typed)
            case ["python", "-m", "tools.rotate", *options]:
                done = rehearsal.rotate(*options, typed=typed)
            case [".venv/bin/embedder", *options]:
                done = rehearsal.embedder(*options)
            case ["embedder", "doctor", _]:
                asked = [str(EMBEDDER), "doctor", rehearsal.address]
                done = subprocess.run(asked, env=rehearsal.environ(), capture_output=True, text=True, check=False)
            case _:
                done = rehearsal.wrangler(*command, typed=typed)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    ran = start.ran = []
    rehearsal.api.watch = serve
    return start


@pytest.mark.extended
def test_a_deployment_a_key_rotation_and_a_rollback(rehearsal, run):
    run("EMBEDDER_KEY=KEY make deploy YES=1", KEY=KEY)
    first = rehearsal.script.current
    assert rehearsal.script.secrets == {"API_KEYS": default_key(KEY)}
    run("make doctor URL=https://embedder.example.workers.dev KEY=KEY", KEY=KEY)
    rehearsal.api.state.names["2" * 32] = "Other"
    run("CLOUDFLARE_ACCOUNT_ID=ID make deploy", "y\n", ID=ACCOUNT)
    del rehearsal.api.state.names["2" * 32]
    run('make deploy ARGS="--url https://embeddings.example.com"', "y\n")
    before = rehearsal.script.current
    rotate_in_every_way(rehearsal, run)
    rotated = rehearsal.script.current
    assert rotated != before
    run("make deploy", "y\n")
    last = rehearsal.script.current
    run("make deploy ARGS=--rollback", "y\n")
    assert rehearsal.script.current == rotated
    run("make deploy ARGS=--rollback", "y\n")
    assert rehearsal.script.current == last
    assert last in run('make wrangler ARGS="versions list --env="')
    run('make wrangler ARGS="rollback VERSION --env="', VERSION=first)
    assert rehearsal.script.current == first
    assert set(run.ran) == set(REHEARSED)


def rotate_in_every_way(rehearsal, run):
    """Replace the key by hand, go back to the first one in two commands, and add another one."""

    def secret():
        return keys.parse(rehearsal.script.secrets["API_KEYS"])

    def names():
        return [key.name for key in secret()]

    told = run("make rotate NAME=default", f"default:{KEY}\ny\ny\ny\n")
    new = re.search(r"new key of your clients: (\S+)", told)[1]
    assert (keys.matching(secret(), KEY), keys.matching(secret(), new).name) == (None, "default")
    file = rehearsal.checkout / "keys.json"
    file.write_text(rehearsal.script.secrets["API_KEYS"])
    command = 'EMBEDDER_KEY=KEY make rotate NAME=default YES=1 ARGS="--entries keys.json"'
    assert KEY not in run(command, KEY=KEY)
    assert names() == ["default", "default-previous"]
    assert keys.matching(secret(), new).name == "default-previous"
    run('make rotate NAME=default YES=1 ARGS="--entries keys.json --finish"')
    assert keys.matching(secret(), new) is None
    made = run(".venv/bin/embedder key new web --scopes embed,search --namespaces acme --expires 2027-01-31")
    value = f"{file.read_text().strip()[:-1]},{made.splitlines()[-1]}]"
    run('make wrangler ARGS="secret put API_KEYS --env="', value)
    assert names() == ["default", "web"]
    assert keys.matching(secret(), KEY).access == FULL


@pytest.mark.parametrize("line", OTHERS)
def test_the_pinned_wrangler_knows_the_other_commands(prepared, line):
    _, command = expanded(re.split(r" \| ", line)[0])
    options = [word.partition("=")[0] for word in command if word.startswith("--")]
    name = [word for word in command[1:3] if re.fullmatch(r"[a-z][a-z-]+", word)]
    asked = ["wrangler", *name, "--help"]
    environment = {**os.environ, **runtime.environment()}
    done = subprocess.run(asked, cwd=prepared, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, options != []) == (0, True)
    assert done.stdout.startswith(f"wrangler {' '.join(name)}"), done.stdout
    assert [option for option in options if not re.search(rf"{option}\b", done.stdout)] == []
