"""The package `embedder-cli` in a fresh environment: installed from its folder, without uv and Node on the PATH."""

import json
import subprocess
import sys
from os import environ

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tools import runtime

pytestmark = [pytest.mark.index, pytest.mark.extended]
LIMIT_S = 60
MATCH = {"id": "mars", "score": 0.75, "metadata": {"text": "The Red Planet"}}


@pytest.fixture(scope="module")
def url():
    """A service that answers the calls of import and search."""

    def written(request):
        return Response(json.dumps({"count": len(request.get_json()["documents"]), "mutation_ids": ["m"]}))

    with HTTPServer(threaded=True) as server:
        server.expect_request("/index").respond_with_json({"fits": True, "vector_count": 0})
        server.expect_request("/search").respond_with_json({"count": 1, "matches": [MATCH]})
        server.expect_request("/vectors", method="PUT").respond_with_handler(written)
        yield server.url_for("").rstrip("/")


def run(*command, path, cwd):
    bare = {name: value for name, value in environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env={**bare, "PATH": str(path)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


@pytest.fixture(scope="module")
def embedder(tmp_path_factory):
    """Call the installed command in a folder without a checkout, with an empty folder as its PATH."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "empty").mkdir()

    def here(*command):
        return run(*command, path=folder / "empty", cwd=folder)

    for command in ([sys.executable, "-m", "venv", "v"], ["v/bin/pip", "install", "-q", runtime.ROOT / "cli"]):
        done = here(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    return lambda *arguments, command="embedder": here(f"v/bin/{command}", *arguments)


def test_help(embedder):
    done = embedder("--help")
    assert done.returncode == 0, done.stderr
    assert "Usage: embedder [OPTIONS] COMMAND" in done.stdout


def test_import(embedder, url, tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"id": "mars", "text": "The Red Planet"}\n')
    done = embedder("import", path, "--url", url, "--id-field", "id", "--report", tmp_path / "report.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "report.json").read_text())["written"] == 1


def test_search(embedder, url):
    done = embedder("search", "red", "--url", url, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["matches"] == [MATCH]


def test_doctor(embedder, url):
    done = embedder("doctor", url, "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["url"] == url


def test_the_package_has_the_recorded_vectors_of_the_doctor(embedder):
    code = "from embedder_cli.doctor.model import recorded; print(len(recorded.vectors()), len(recorded.shortened()))"
    done = embedder("-c", code, command="python")
    assert (done.stdout, done.stderr) == ("16 81\n", "")


def test_uvx_runs_it_from_the_folder(tmp_path):
    uvx = [sys.executable, "-m", "uv", "tool", "run"]
    done = run(*uvx, "--from", runtime.ROOT / "cli", "embedder", "--help", path=environ["PATH"], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Usage: embedder [OPTIONS] COMMAND" in done.stdout
