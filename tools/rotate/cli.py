"""`make rotate`: the options, and where the present entries come from."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from embedder_cli.keys import entries
from embedder_cli.keys.entries import EntriesError, Entry
from tools import runtime
from tools.deploy import plan
from tools.deploy.cli import prepared
from tools.deploy.commands import stopped_by_signals
from tools.deploy.plan import DeployError
from tools.deploy.steps import Deployment, Dialog
from tools.rotate.rotation import Rotation

_FILE = "File with the present value of API_KEYS; it is kept up to date. Without it, the command asks for the value."
_YES = "Ask nothing, for CI: needs --entries, and EMBEDDER_KEY with the new key. The old key stays until --finish."
_FINISH = "Remove the old key: all clients use the new one."


def main(
    name: Annotated[str, typer.Argument(help="Name of the key.")] = "default",
    file: Annotated[Path | None, typer.Option("--entries", dir_okay=False, help=_FILE)] = None,
    expires: Annotated[str | None, typer.Option(help="Last day of the new key, UTC: 2027-01-31.")] = None,
    finish: Annotated[bool, typer.Option("--finish", help=_FINISH)] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_YES)] = False,
) -> None:
    """Replace a key without a failed request: add the new one, move the clients, remove the old one.

    A secret can't be read back, so the present value is needed. Entries that it lacks stop working.
    """
    dialog = Dialog(lambda question, default: typer.confirm(question, default=default), typer.echo, yes)
    with tempfile.TemporaryDirectory() as folder, stopped_by_signals():
        try:
            _run(prepared(dialog, Path(folder), uploads=False), name, file, expires, finish=finish)
        except (DeployError, EntriesError, OSError, runtime.RuntimeSetupError) as error:
            typer.echo(f"rotate: {error}", err=True)
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            typer.echo("rotate: stopped; start again to continue.", err=True)
            raise typer.Exit(1) from error


def _run(deployment: Deployment, name: str, file: Path | None, expires: str | None, *, finish: bool) -> None:
    unattended = deployment.dialog.unattended
    if unattended and not (file and (finish or deployment.key)):
        raise DeployError("With --yes, --entries names the file of the entries, and EMBEDDER_KEY holds the new key.")
    deployment.login()
    deployment.worker()
    if not deployment.before.has_keys:
        raise DeployError("Step worker: the service has no keys yet; `make deploy` makes the first one.")
    rotation = Rotation(deployment, _present(file), _keeper(file), name)
    if not finish:
        key = plan.check_key(deployment.key) if unattended and deployment.key else entries.new_key()
        rotation.add(key, expires)
        if not unattended:
            typer.echo(f"add: The new key of your clients: {key}\n  It is not shown again; keep it.")
        if not rotation.switched():
            return
    rotation.remove()


def _present(file: Path | None) -> list[Entry]:
    if file:
        return entries.read(file.read_text(encoding="utf-8"))
    return entries.read(typer.prompt("The present value of API_KEYS (it is not shown)", hide_input=True))


def _keeper(file: Path | None) -> Callable[[list[Entry]], None]:
    """Return what notes the entries. They are not secret: nobody can compute a key from its digest."""

    def keep(present: list[Entry]) -> None:
        text = entries.as_text(present)
        if not file:
            return typer.echo(f"  API_KEYS is now: {text}\n  Keep this value for the next change; it has digests only.")
        new = file.with_name(f"{file.name}.new")
        new.write_text(f"{text}\n", encoding="utf-8")
        new.replace(file)
        return None

    return keep
