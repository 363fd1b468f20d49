"""The README's commands, run as they stand there, give what stands below them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from embedder_cli import runtime

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```sh\n(curl .*?)```\n```json\n(.*?)```", README, re.DOTALL)
ADDRESS = "http://127.0.0.1:8787"


def pattern(shown: str) -> re.Pattern[str]:
    """`...` stands for anything, vectors above all."""
    return re.compile(".*?".join(map(re.escape, shown.strip().split("..."))), re.DOTALL)


def test_there_is_one_for_every_dialect():
    text = "".join(command for command, _ in SHOWN)
    for path in ("/embed ", "/v1/embeddings", "/ai/run/@cf/google/embeddinggemma-300m", "/vectors", "/search"):
        assert path in text


@pytest.mark.parametrize(("command", "shown"), SHOWN)
def test_a_command_gives_what_is_shown(worker, command, shown):
    shell = command.replace(ADDRESS, worker.url).replace("curl", "curl -sS", 1)
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True, timeout=60)
    json.loads(done.stdout)
    assert pattern(shown).fullmatch(done.stdout.strip()), done.stdout[:500]


def test_it_is_short_and_every_make_target_exists():
    assert len(README.splitlines()) <= 140
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"\bmake ([a-z]+)", README):
        assert f"\n{target}:" in makefile, target


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_the_code_for_another_worker_runs(start_worker, tmp_path):
    [code] = re.findall(r"```ts\n(.*?)```", README, re.DOTALL)
    assert len(code.strip().splitlines()) <= 12
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "index.ts").write_text(code)
    shutil.copy(ROOT / "examples" / "typescript" / "wrangler.toml", tmp_path)
    asking = start_worker(example=tmp_path)
    assert asking.send("GET", "/?q=anything").json() == []
    refused = asking.send("GET", "/")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")


def test_the_code_for_another_worker_is_type_checked():
    """The README's Worker is the compiler's to judge, with the declarations that it imports."""
    runtime.prepare()
    [code] = re.findall(r"```ts\n(.*?)```", README, re.DOTALL)
    place = ROOT / "tests" / "types" / "readme.ts"
    place.write_text(code.replace("./types/embedder", "../../types/embedder"))
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
        command += ["--lib", "esnext", "--types", "@cloudflare/workers-types", "--ignoreConfig", str(place)]
        done = subprocess.run(command, cwd=ROOT, env=runtime.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
    finally:
        place.unlink()
