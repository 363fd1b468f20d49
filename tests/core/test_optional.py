"""What can be left out: without it, and without its line in a list, `/embed` still answers."""

import os
import re
import subprocess
import sys

import pytest

from tests.optional import PARTS, ROOT, without

CHECK = """
import json
from tests.core.fakes import FakeApp, content
from embedder.operations import table
from embedder.api import routes
app = FakeApp()
answer = app.ask("/embed", {"text": "a", "task": "query"})
assert (answer.status, json.loads(content(answer))["shape"]) == (200, [1, 768]), content(answer)
assert app.ask("/similarity", {"texts": ["a", "b"]}).status == 200
rejected = app.ask("/embed", {"text": "a", "store": {"ids": ["1"]}})
assert rejected.status == 501, content(rejected)
assert app.send("GET", "/nowhere").status == 404
assert json.loads(app.call("embed", "a").text)["ok"]
print(len(routes.TABLE), len(table.TABLE))
"""


def run(source):
    """Run the check with this copy. Return the numbers of routes and operations."""
    paths = os.pathsep.join(map(str, (source, ROOT / "local" / "src", ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", CHECK], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tuple(map(int, done.stdout.split()))


@pytest.fixture(scope="module")
def whole():
    return run(ROOT / "src")


@pytest.mark.parametrize("part", PARTS)
def test_embed_answers_without(part, whole, tmp_path):
    rest = run(without([part], tmp_path))
    assert rest == whole if part == "queue" else rest < whole


def test_the_smallest_worker_has_the_lines_that_the_document_says(tmp_path):
    source = without(PARTS, tmp_path)
    assert run(source) == (3, 2)
    lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in (source / "embedder").rglob("*.py"))
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    documented = int(re.search(r"has ([\d,]+) lines of Python", text)[1].replace(",", ""))
    assert abs(documented - lines) <= 150, lines
