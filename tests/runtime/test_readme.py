"""The commands of the README have the documented output."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from embedder_cli import runtime

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(curl .*?)```\n```json\n(.*?)```", README, re.DOTALL)
ADDRESS = "http://127.0.0.1:8787"


def pattern(documented: str) -> re.Pattern[str]:
    """Return a pattern for documented output, in which `...` matches anything."""
    return re.compile(".*?".join(map(re.escape, documented.strip().split("..."))), re.DOTALL)


def test_there_is_a_command_for_every_dialect():
    text = "".join(command for command, _ in EXAMPLES)
    for path in ("/embed ", "/v1/embeddings", "/ai/run/@cf/google/embeddinggemma-300m", "/vectors", "/search"):
        assert path in text


@pytest.mark.parametrize(("command", "documented"), EXAMPLES)
def test_a_command_has_the_documented_output(worker, command, documented):
    shell = command.replace(ADDRESS, worker.url).replace("curl", "curl -sS", 1)
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True, timeout=60)
    json.loads(done.stdout)
    assert pattern(documented).fullmatch(done.stdout.strip()), done.stdout[:500]


def test_the_readme_is_short_and_its_make_targets_exist():
    assert len(README.splitlines()) <= 140
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"\bmake ([a-z]+)", README):
        assert f"\n{target}:" in makefile, target


def test_the_targets_of_links_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_the_code_for_another_worker_runs(start_worker, tmp_path):
    [code] = re.findall(r"```ts\n(.*?)```", README, re.DOTALL)
    assert len(code.strip().splitlines()) <= 12
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "index.ts").write_text(code)
    shutil.copy(ROOT / "examples" / "typescript" / "wrangler.toml", tmp_path)
    caller = start_worker(example=tmp_path)
    assert caller.send("GET", "/?q=anything").json() == []
    rejected = caller.send("GET", "/")
    assert (rejected.status_code, rejected.json()["code"]) == (400, "invalid_request")


def test_the_code_for_another_worker_compiles():
    """Checks the types of the README's Worker with the declarations that it imports."""
    runtime.prepare()
    [code] = re.findall(r"```ts\n(.*?)```", README, re.DOTALL)
    file = ROOT / "tests" / "types" / "readme.ts"
    file.write_text(code.replace("./types/embedder", "../../types/embedder"))
    try:
        command = [
            "tsc",
            "--noEmit",
            "--strict",
            "--target",
            "esnext",
            "--module",
            "esnext",
            "--moduleResolution",
            "bundler",
        ]
        command += ["--lib", "esnext", "--types", "@cloudflare/workers-types", "--ignoreConfig", str(file)]
        done = subprocess.run(command, cwd=ROOT, env=runtime.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
    finally:
        file.unlink()
