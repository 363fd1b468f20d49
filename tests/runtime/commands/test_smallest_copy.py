"""The smallest copy of docs/operating.md, with the pinned wrangler and in the real runtime."""

import re
import shutil
import subprocess

import pytest
import requests

from tests.runtime import upstream
from tools import runtime, workerd

COPIED = ("src", "pyproject.toml", "wrangler.toml")
_OF_TOOLS = ("tools/__init__.py", "tools/vendor.py")
WITH_THE_PAGE = (*COPIED, "page", "public", "package.json", *_OF_TOOLS)
# the environment of a machine that reaches no package index
CLOSED = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_CACHE_DIR": "1", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0"}
CLOSED |= {"PIP_CONFIG_FILE": "/dev/null", "UV_OFFLINE": "1"}
_BUILD = re.compile(r"^build = .*\n", re.MULTILINE)
_ASSETS = re.compile(r"^\[assets\]\n(?:.+\n)+", re.MULTILINE)


def copied(folder, *names):
    """Copy these, and link the packages that `pywrangler sync` would install."""
    runtime.prepare()
    for name in names:
        source = runtime.ROOT / name
        (folder / name).parent.mkdir(exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    for name in ("python_modules", ".venv-workers"):
        (folder / name).symlink_to(runtime.ROOT / name)
    return folder


def remove_what_is_built(folder):
    shutil.rmtree(folder / "public" / "assets", ignore_errors=True)
    for name in ("index.html", "docs.html", "llms.txt"):
        (folder / "public" / name).unlink(missing_ok=True)


def dry_run(folder):
    command = ["pywrangler", "deploy", "--dry-run", "--outdir", "out"]
    done = subprocess.run(command, cwd=folder, env=runtime.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    return {path.relative_to(folder / "out").parts[0] for path in (folder / "out").rglob("*")}


def test_three_names_without_three_parts_of_the_configuration(tmp_path, models):
    folder = copied(tmp_path, *COPIED)
    text = (folder / "wrangler.toml").read_text(encoding="utf-8").partition("[env.local]")[0]
    for part in (_BUILD, _ASSETS):
        text, count = part.subn("", text)
        assert count == 1
    (folder / "wrangler.toml").write_text(text, encoding="utf-8")
    assert dry_run(folder) >= {"entry.py", "embedder", "bindings", "python_modules"}
    worker = upstream.worker(workerd.python_worker(folder / "src"))
    config = workerd.Config([worker, workerd.External("upstream", models.address)], {"embedder": 0})
    with workerd.serve(config, folder) as process:
        answer = requests.post(f"{process.url('embedder')}/embed", json={"text": "a"}, timeout=60)
    assert (answer.status_code, answer.json()["shape"]) == (200, [1, 768])


@pytest.mark.index
def test_with_the_page_the_build_step_needs_nothing_else(tmp_path):
    """It installs the pinned packages of the page where they are missing."""
    folder = copied(tmp_path, *WITH_THE_PAGE)
    remove_what_is_built(folder)
    command = ["npm", "run", "--silent", "upload"]
    done = subprocess.run(command, cwd=folder, env=runtime.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "/assets/app-" in (folder / "public" / "index.html").read_text(encoding="utf-8")
    assert "/assets/scalar-" in (folder / "public" / "docs.html").read_text(encoding="utf-8")
    assert "`POST /embed`" in (folder / "public" / "llms.txt").read_text(encoding="utf-8")


@pytest.mark.index
def test_the_build_step_installs_the_packages_of_the_worker(tmp_path):
    """`npx wrangler dev` in a fresh clone: nothing has run `pywrangler sync`."""
    folder = copied(tmp_path, *WITH_THE_PAGE)
    (folder / "python_modules").unlink()
    (folder / "node_modules").symlink_to(runtime.NODE_MODULES)
    command = ["npm", "run", "--silent", "upload"]
    done = subprocess.run(command, cwd=folder, env=runtime.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    installed = {path.name for path in (folder / "python_modules").iterdir()}
    assert installed >= {"msgspec", "workers"}


def test_without_a_package_index_the_build_step_ends_with_the_command_to_run(tmp_path):
    folder = copied(tmp_path, *WITH_THE_PAGE)
    (folder / "python_modules").unlink()
    (folder / "node_modules").symlink_to(runtime.NODE_MODULES)
    environment = {**runtime.environment(), **CLOSED}
    command = ["npm", "run", "--silent", "upload"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("The Worker's packages can't be installed into python_modules/ (")
    assert done.stderr.endswith("). Run `uv run pywrangler sync`.\n")
    assert not (folder / "python_modules").exists()
