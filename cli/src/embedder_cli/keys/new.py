"""`embedder key new`."""

from typing import Annotated

import typer

from embedder_cli.keys import entries
from embedder_cli.keys.entries import EntriesError

_SCOPES = "What the key may do, separated by commas: embed, search, write."
_NAMESPACES = "The only namespaces that it reaches, separated by commas. Without it: all."
_EXPIRES = "Its last day, UTC, such as 2027-01-31."


def main(
    name: Annotated[str, typer.Argument(help="Name of the key, which the log of the service shows.")],
    scopes: Annotated[str, typer.Option(help=_SCOPES)],
    namespaces: Annotated[str | None, typer.Option(help=_NAMESPACES)] = None,
    expires: Annotated[str | None, typer.Option(help=_EXPIRES)] = None,
) -> None:
    """Print a new key, and its entry in API_KEYS. Nothing is sent or stored."""
    key = entries.new_key()
    spaces = None if namespaces is None else _parts(namespaces)
    try:
        made = entries.entry(name, key, _parts(scopes), spaces, expires)
    except EntriesError as error:
        raise typer.BadParameter(str(error), param_hint="the key") from error
    typer.echo(f"The key: {key}\n  It is not shown again; keep it.\nIts entry in the JSON array API_KEYS:")
    typer.echo(entries.as_text([made])[1:-1])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
