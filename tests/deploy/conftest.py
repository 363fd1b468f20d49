"""`make deploy` as a process, in a checkout of its own, against the API of `fake_api`."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import real_model
from tests.deploy import account, fake_api
from tests.deploy.account import ACCOUNT
from tests.deploy.fake_api import TOKEN, FakeApi
from tests.deploy.uploaded import serve_upload
from tests.runtime import upstream
from tests.worker import EMBEDDER
from tools import runtime

KEY = "a-key-for-the-rehearsal"
OURS = {
    "AI": "ai",
    "CF_VERSION_METADATA": "version_metadata",
    "METADATA_INDEXES": "plain_text",
    "API_KEYS": "secret_text",
}
_LINKED = ("node_modules", "python_modules", ".venv-workers")
_COPIED = ("src", "public", "page", "cli", "tools")
_FILES = (".npmrc", "wrangler.toml", "package.json", "package-lock.json", "pyproject.toml")
_LIMIT_S = 120


@dataclass
class Rehearsal:
    """One account, and one checkout that is deployed to it."""

    api: FakeApi
    url: str
    checkout: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the deployed Worker answers."""
        return self.url.removesuffix(fake_api.PREFIX)

    @property
    def script(self) -> account.Script:
        return self.api.state.scripts["embedder"]

    @property
    def changes(self) -> list[str]:
        """The calls that changed something, in order."""
        return [name for name in self.api.calls if name in fake_api.CHANGES]

    def with_service(self) -> str:
        """Put this service on the account, with its keys and its index, and return its version."""
        self.api.state.scripts["embedder"] = account.existing_script(OURS)
        self.with_index(768)
        return self.script.current

    def split_traffic(self, version: str, earlier: str) -> None:
        """Give a tenth of the traffic of a version to one that was deployed before it."""
        script = self.script
        script.versions[earlier] = script.versions[version]
        older = {**script.deployments[0], "created_on": "2026-01-01T00:00:00Z"}
        script.deployments.append({**older, "versions": [{"version_id": earlier, "percentage": 100}]})
        script.deployments[0]["versions"] = [
            {"version_id": version, "percentage": 90},
            {"version_id": earlier, "percentage": 10},
        ]

    def with_index(self, dimensions: int) -> None:
        config = {"dimensions": dimensions, "metric": "cosine"}
        self.api.state.indexes["embedder"] = {"name": "embedder", "config": config}

    def configure(self, pattern: str, replacement: str) -> None:
        """Change wrangler.toml."""
        file = self.checkout / "wrangler.toml"
        text, count = re.subn(pattern, replacement, file.read_text(), flags=re.MULTILINE)
        assert count == 1
        file.write_text(text)

    def environ(self) -> dict[str, str]:
        hidden = re.compile("CLOUDFLARE_|CF_|EMBEDDER_|CI$")
        return {
            **{name: value for name, value in os.environ.items() if not hidden.match(name)},
            "CLOUDFLARE_API_BASE_URL": self.url,
            "CLOUDFLARE_API_TOKEN": TOKEN,
            "EMBEDDER_KEY": KEY,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home),
            "TMPDIR": str(self.home),
            "WRANGLER_CACHE_DIR": str(self.home / "cache"),
            **self.environment,
        }

    def start(self, *options: str) -> "subprocess.Popen[str]":
        """Start what `make deploy` runs."""
        return subprocess.Popen(
            [sys.executable, "-m", "tools.deploy", *options],
            cwd=self.checkout,
            env=self.environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def deploy(self, *options: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        """Run what `make deploy` runs to its end. It checks the Worker behind `address`."""
        process = self.start(*options, f"--url={self.address}")
        output, errors = process.communicate(typed, timeout=_LIMIT_S)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def rotate(self, *options: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        """Run what `make rotate` runs to its end, without a terminal."""
        return self._run(
            [sys.executable, "-m", "tools.rotate", *options], self.environ(), typed, start_new_session=True
        )

    def embedder(self, *options: str) -> "subprocess.CompletedProcess[str]":
        """Run the command `embedder` to its end."""
        return self._run([str(EMBEDDER), *options], self.environ(), "")

    def wrangler(self, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        environment = {**runtime.environment(), **self.environ(), "CLOUDFLARE_ACCOUNT_ID": ACCOUNT}
        environment["PATH"] = runtime.environment()["PATH"]
        return self._run(arguments, environment, typed)

    def _run(
        self, command: Sequence[str], environment: dict[str, str], typed: str, **options: Any
    ) -> "subprocess.CompletedProcess[str]":
        options |= {"cwd": self.checkout, "env": environment, "input": typed, "timeout": _LIMIT_S}
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)

    def traces(self, text: str) -> list[str]:
        """Return the files below the home folder, wrangler's logs among them, that contain `text`."""
        files = [path for path in self.home.rglob("*") if path.is_file()]
        assert any("logs" in path.parts for path in files)
        return [str(path) for path in files if text.encode() in path.read_bytes()]


@pytest.fixture(scope="session")
def prepared() -> Path:
    runtime.prepare()
    return runtime.ROOT


@pytest.fixture(scope="module")
def checkout(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the packages of this one, whose files a test may change."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in _COPIED:
        shutil.copytree(prepared / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy2(prepared / name, folder / name)
    for name in _LINKED:
        (folder / name).symlink_to(prepared / name)
    (folder / ".runtime").mkdir()
    for path in (prepared / ".runtime").iterdir():
        if path.name not in ("workerd", "lock"):
            (folder / ".runtime" / path.name).symlink_to(path)
    return folder


@pytest.fixture
def rehearsal(checkout: Path, tmp_path: Path, prepared: Path) -> Iterator[Rehearsal]:
    """A new account."""
    shutil.copy2(prepared / "wrangler.toml", checkout / "wrangler.toml")
    with fake_api.serve() as (api, url):
        yield Rehearsal(api, url, checkout, tmp_path)


@pytest.fixture(scope="module")
def run_upload(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[dict, str], str]]:
    """Run what was uploaded, from its snapshot, in front of an emulated model; return its address."""
    with upstream.serve(real_model.embed) as models, contextlib.ExitStack() as running:

        def run(upload: dict, version: str) -> str:
            folder = tmp_path_factory.mktemp("upload")
            process = running.enter_context(serve_upload(upload, version, models.address, folder))
            return process.url("embedder")

        yield run
