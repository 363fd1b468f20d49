"""`embedder deploy`: the guided deployment."""

import os
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from embedder_cli import runtime
from embedder_cli.deploy.plan import DeployError, Wanted
from embedder_cli.deploy.steps import Deployment, Done
from embedder_cli.doctor import report
from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.examination import Options, examine
from embedder_cli.doctor.results import all_well

_APPEARS_WITHIN_S = 90  # a new address may take a while until every data centre knows it
_LOOK_EVERY_S = 2


class Commands:
    """Runs the pinned wrangler and pywrangler in the project."""

    def __init__(self, notes: Path) -> None:
        self._notes = notes

    def run(self, command: Sequence[str], *, stdin: str | None = None, loud: bool = False) -> Done:
        done = subprocess.run(
            command,
            cwd=runtime.ROOT,
            env={**runtime.environment(), "WRANGLER_OUTPUT_FILE_PATH": str(self._notes)},
            input=stdin or "",
            stdout=None if loud else subprocess.PIPE,
            stderr=None if loud else subprocess.PIPE,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout or "", done.stderr or "")

    def deployed(self) -> str:
        return self._notes.read_text(encoding="utf-8") if self._notes.exists() else ""


def main(yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: for CI.")] = False) -> None:
    """Create what is missing on the account, deploy the Worker, and check it. Every step can be repeated.

    A key is made where the service has none; EMBEDDER_KEY, if it is set, is used instead.
    """
    try:
        config = tomllib.loads((runtime.ROOT / "wrangler.toml").read_text(encoding="utf-8"))
        typer.echo("packages: what is uploaded with the Worker ...")
        runtime.prepare()
        with tempfile.TemporaryDirectory() as folder:
            deployment = Deployment(
                Wanted.from_config(config),
                Commands(Path(folder) / "notes.ndjson"),
                ask=lambda question: yes or typer.confirm(question, default=True),
                say=typer.echo,
                key=os.environ.get("EMBEDDER_KEY"),
            )
            deployment.run()
    except (DeployError, runtime.RuntimeSetupError) as error:
        typer.echo(f"deploy: {error}", err=True)
        raise typer.Exit(1) from error
    raise typer.Exit(_examine(deployment))


def _examine(deployment: Deployment) -> int:
    """Let the doctor look at what was deployed; without its key or address say how to."""
    url, key = deployment.address, deployment.key
    if not url or (deployment.wanted.wants_keys and not key):
        typer.echo(f"doctor: make doctor URL={url or 'https://...'} KEY=... checks it.")
        return 0
    with Endpoint(url, key) as endpoint:
        _wait_for(endpoint)
        results = list(examine(endpoint, Options()))
    Console().print(report.table(url, results))
    return 0 if all_well(results) else 1


def _wait_for(endpoint: Endpoint) -> None:
    deadline = time.monotonic() + _APPEARS_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if endpoint.send("GET", "/health").status == 200:
                return
        except EndpointError:
            pass
        time.sleep(_LOOK_EVERY_S)
