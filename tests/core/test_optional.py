"""What can be left out: without it, and without its line in a list, `/embed` still answers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROUTES, TABLE = "api/routes.py", "operations/table.py"
# A part -> its files, the list that names it, and its name there.
PARTS = {
    "openai": (("api/cloudflare/openai.py", "api/openai.py"), ROUTES, r"(cloudflare_)?openai"),
    "openai at cloudflare": (("api/cloudflare/openai.py",), ROUTES, "cloudflare_openai"),
    "google": (("api/google.py",), ROUTES, "google"),
    "cohere": (("api/cohere.py",), ROUTES, "cohere"),
    "ollama": (("api/ollama.py",), ROUTES, "ollama"),
    "mcp": (("api/mcp",), ROUTES, "mcp"),
    "workers ai": (
        ("api/cloudflare/workers_ai.py", "api/cloudflare/openai.py"),
        ROUTES,
        r"workers_ai|cloudflare_openai",
    ),
    "vectorize rest": (("api/cloudflare/vectorize.py",), ROUTES, "vectorize"),
    "cloudflare": (("api/cloudflare",), ROUTES, r"workers_ai|cloudflare_openai|vectorize"),
    "queue": (("queue",), None, ""),
    "vectorize": (("vectorize", "operations/documents.py"), TABLE, "documents"),
}
NEEDED_BY = {"vectorize": ("queue", "mcp", "vectorize rest")}
EVERYTHING = tuple(PARTS)
CHECK = """
import json
from tests.core.fakes import FakeApp, content
from embedder.operations import table
from embedder.api import routes
app = FakeApp()
answer = app.ask("/embed", {"text": "a", "task": "query"})
assert (answer.status, json.loads(content(answer))["shape"]) == (200, [1, 768]), content(answer)
assert app.ask("/similarity", {"texts": ["a", "b"]}).status == 200
refused = app.ask("/embed", {"text": "a", "store": {"ids": ["1"]}})
assert refused.status == 501, content(refused)
assert app.send("GET", "/nowhere").status == 404
assert json.loads(app.call("embed", "a").text)["ok"]
print(len(routes.TABLE), len(table.TABLE))
"""


def without(parts, folder):
    """Copy `src/` without these parts and what needs them."""
    source = folder / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    for part in {each for name in parts for each in (name, *NEEDED_BY.get(name, ()))}:
        files, listed, name = PARTS[part]
        for file in files:
            path = source / "embedder" / file
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if listed:
            leave_out(source / "embedder" / listed, name)
    return source


def leave_out(path, name):
    """Delete the line of a part in a list, and its import."""
    text = path.read_text(encoding="utf-8")
    kept = re.sub(rf"^    (\*({name})\.(APIS|OPERATIONS)|({name})),\n", "", text, flags=re.MULTILINE)
    kept = re.sub(rf"^from \S+ import \w+ as ({name})\n", "", kept, flags=re.MULTILINE)
    path.write_text(re.sub(r"^from \S+ import \(\n\)\n", "", kept, flags=re.MULTILINE), encoding="utf-8")


def run(source):
    """Run the check with this copy. Return the numbers of routes and operations."""
    paths = os.pathsep.join(map(str, (source, ROOT / "local" / "src", ROOT)))
    command = [sys.executable, "-c", CHECK]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tuple(map(int, done.stdout.split()))


@pytest.mark.parametrize("part", PARTS)
def test_embed_answers_without(part, tmp_path):
    whole = run(ROOT / "src")
    rest = run(without([part], tmp_path))
    assert rest == whole if part == "queue" else rest < whole


def test_the_smallest_worker_has_the_lines_that_the_document_says(tmp_path):
    source = without(EVERYTHING, tmp_path)
    assert run(source) == (3, 2)
    lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in (source / "embedder").rglob("*.py"))
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    documented = int(re.search(r"has ([\d,]+) lines of Python", text)[1].replace(",", ""))
    assert abs(documented - lines) <= 150, lines
