"""The deployment with the pinned wrangler, as far as it goes without an account."""

import re
import subprocess
from pathlib import Path

import typer
from typer.testing import CliRunner

from tools import runtime
from tools.deploy import cli


def test_without_an_account_the_command_ends_with_1_and_says_where(monkeypatch, tmp_path):
    for name in ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CF_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    app = typer.Typer()
    app.command()(cli.main)
    found = CliRunner().invoke(app, ["--yes"])
    assert found.exit_code == 1
    assert "Step login" in found.output


def test_the_optional_parts_in_comments_of_the_configuration_are_valid(tmp_path):
    """Without the comment signs, wrangler accepts them, and binds both queues and the object of shared calls."""
    runtime.prepare()
    text = (runtime.ROOT / "wrangler.toml").read_text(encoding="utf-8")
    blocks = re.findall(r"^# \[\[.*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)
    assert [re.findall(r"\[\[(\w+)", block) for block in blocks] == [["queues"] * 3, ["durable_objects", "migrations"]]
    for name in (
        "src",
        "public",
        "page",
        "python_modules",
        ".venv-workers",
        "node_modules",
        "package.json",
        "pyproject.toml",
    ):
        (tmp_path / name).symlink_to(runtime.ROOT / name)
    text = re.sub("^build = .*", "", text, flags=re.MULTILINE)  # it would write to this checkout
    for block in blocks:
        text = text.replace(block, re.sub(r"^# ?", "", block, flags=re.MULTILINE))
    (tmp_path / "wrangler.toml").write_text(text)
    command = ["pywrangler", "deploy", "--dry-run", "--env=", "--outdir", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=tmp_path, env=runtime.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    assert re.findall(r"env\.(\w+) \((embedder-\w+|Batcher)\)", done.stdout) == [
        ("BATCHER", "Batcher"),
        ("INGEST", "embedder-ingest"),
        ("INGEST_FAILED", "embedder-failed"),
    ]


def test_a_build_without_a_change_writes_nothing():
    """It runs before each upload. A running `make dev` starts again when a file of public/ is written."""
    runtime.prepare()

    def build() -> dict[Path, int]:
        command = ["npm", "run", "--silent", "build"]
        subprocess.run(command, cwd=runtime.ROOT, env=runtime.environment(), check=True)
        return {path: path.stat().st_mtime_ns for path in (runtime.ROOT / "public").rglob("*")}

    assert build() == build()


def test_the_bundle_is_small_and_holds_the_worker_and_nothing_else(tmp_path):
    """`wrangler deploy --dry-run` of the production environment: no login is needed."""
    runtime.prepare()
    command = ["pywrangler", "deploy", "--dry-run", "--env=", "--outdir", str(tmp_path)]
    done = subprocess.run(
        command, cwd=runtime.ROOT, env=runtime.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    total = re.search(r"Total Upload: ([\d.]+) KiB", done.stdout)
    assert float(total[1]) < 1024
    uploaded = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    ours = {name for name in uploaded if not name.startswith("python_modules/")} - {"README.md"}
    source = runtime.ROOT / "src"
    assert ours == {path.relative_to(source).as_posix() for path in source.rglob("*") if path.suffix in (".py", ".js")}
    assert not any(
        re.search(r"(^|/)(tests?|tools|local|emulator|benchmarks|typer|rich|httpx)/", name) for name in uploaded
    )
    assert [name for name in uploaded if re.search(r"\.pyi$|\.dist-info|\.synced|\.cfg$|py\.typed$", name)] == []
