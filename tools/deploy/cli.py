"""`make deploy`: the guided deployment, its check, and the way back."""

import os
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from embedder_cli.options import address
from tools import runtime
from tools.deploy.check import Outcome, Target, answers, check
from tools.deploy.commands import Commands, stopped_by_signals
from tools.deploy.plan import DeployError, Wanted, check_variables
from tools.deploy.steps import Deployment, Dialog

_YES = "Ask nothing, for CI: EMBEDDER_KEY is needed where the service has no key, and a failed check is rolled back."
_OVERWRITE = "Replace a Worker of this name that is not this service."
_ROLLBACK = "Deploy nothing: go back to the version before the current one. With --url, wait until it answers."
_URL = "Address to check, such as a custom domain; without it, the one on workers.dev."


def main(
    yes: Annotated[bool, typer.Option("--yes", help=_YES)] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=_OVERWRITE)] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help=_ROLLBACK)] = False,
    url: Annotated[str | None, typer.Option(help=_URL)] = None,
) -> None:
    """Create what is missing on the account, deploy the Worker, and check it. Every step can be repeated.

    A key is made where the service has none; EMBEDDER_KEY, if it is set, is used instead.
    """
    checked = address(url) if url else None
    dialog = Dialog(lambda question, default: typer.confirm(question, default=default), typer.echo, yes, overwrite)
    with tempfile.TemporaryDirectory() as folder, stopped_by_signals():
        try:
            deployment = prepared(dialog, Path(folder), uploads=not rollback)
            raise typer.Exit(_roll_back(deployment, checked) if rollback else _deploy(deployment, checked))
        except (DeployError, runtime.RuntimeSetupError) as error:
            typer.echo(f"deploy: {error}", err=True)
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            typer.echo("deploy: stopped; start again to continue.", err=True)
            raise typer.Exit(1) from error


def prepared(dialog: Dialog, folder: Path, *, uploads: bool = True) -> Deployment:
    """Return the deployment of this checkout. `folder` is a temporary one. `uploads`: its variables will count."""
    config = tomllib.loads((runtime.ROOT / "wrangler.toml").read_text(encoding="utf-8"))
    if uploads:
        check_variables(config.get("vars", {}))
    key = os.environ.get("EMBEDDER_KEY") or None
    deployment = Deployment(Wanted.from_config(config), Commands(folder), dialog, key)
    typer.echo("packages: what is uploaded with the Worker ...")
    runtime.prepare()
    return deployment


def _deploy(deployment: Deployment, url: str | None) -> int:
    try:
        deployment.run()
    except DeployError:
        if deployment.new_key and deployment.key_was_set():
            _show(deployment.new_key)
        raise
    except KeyboardInterrupt:
        if deployment.new_key and deployment.uploading:
            _show(deployment.new_key, "If the upload was complete, this is the key of the service")
        raise
    if deployment.new_key:
        _show(deployment.new_key)
    return _examine(deployment, url)


def _show(key: str, what: str = "The key of your clients") -> None:
    typer.echo(f"keys: {what}: {key}\n  It is not shown again; keep it.")


def _examine(deployment: Deployment, url: str | None) -> int:
    """Let the doctor examine the new version; go back if it fails."""
    address = deployment.address
    if not (url or address):
        typer.echo("check: the Worker has no address on workers.dev; with --url https://... its own one is checked.")
        return 0
    target = Target(url or address or "", deployment.version, own=url in (None, address))
    outcome = check(target, deployment.key, wants_keys=deployment.wanted.wants_keys, say=typer.echo)
    if outcome is Outcome.ELSEWHERE:
        raise DeployError(
            f"Step check: {target.url} does not answer with the new version, so that it could not be checked; it stays "
            f"deployed. Correct the address and run `make doctor URL=... KEY=...`, or go back with `make deploy "
            "ARGS=--rollback`."
        )
    if outcome is Outcome.UNKNOWN:
        raise DeployError(
            f"Step check: {target.url} does not answer yet; a new address can take some minutes. Check it later with "
            f"`make doctor URL={target.url} KEY=...`, or go back with `make deploy ARGS=--rollback`."
        )
    if outcome is Outcome.FAILED:
        _go_back(deployment, target)
    return 0


def _go_back(deployment: Deployment, failed: Target) -> None:
    """Offer the version before; without a user, go back to it. Raises DeployError, whatever happened."""
    before = deployment.before.version
    if not before:
        raise DeployError(
            "Step check: the new version fails its check, and there is none before it. Correct it, and start again."
        )
    try:
        deployment.dialog.agree("rollback", f"The new version fails its check. Go back to version {before}?")
    except DeployError as error:
        raise DeployError(
            "Step check: the new version fails its check and stays deployed. Go back with "
            "`make deploy ARGS=--rollback`."
        ) from error
    deployment.rollback(before)
    _confirm(replace(failed, version=before))
    raise DeployError(f"Step check: the new version failed its check; version {before} is deployed again.")


def _roll_back(deployment: Deployment, url: str | None) -> int:
    deployment.login()
    name = deployment.wanted.name
    deployment.dialog.agree("rollback", f"Go back to the version of {name} before the current one, with its keys?")
    version = deployment.rollback()
    if not url:
        typer.echo("rollback: it was not checked; with --url https://... the command waits until the version answers.")
        return 0
    return 0 if _confirm(Target(url, version, own=False)) else 1


def _confirm(target: Target) -> bool:
    """Say whether the version that was deployed again answers."""
    good = answers(target, typer.echo)
    typer.echo(f"rollback: {target.url} {'answers' if good else 'does not answer'} with version {target.version}.")
    return good
