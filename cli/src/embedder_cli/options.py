"""Options that several commands share."""

from typing import Annotated

import httpx
import typer

from embedder_cli.printable import plain

Url = Annotated[str, typer.Option(envvar="EMBEDDER_URL", help="Address of the service.")]
Key = Annotated[str | None, typer.Option(envvar="EMBEDDER_KEY", help="One of the service's API_KEYS.")]
Namespace = Annotated[str | None, typer.Option(help="Namespace of the index; at most 64 bytes.")]


def address(url: str, hint: str = "--url") -> str:
    """Return an address without a slash at its end; a usage error if it is not one."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise typer.BadParameter(f"The address is not valid: {plain(error)}.", param_hint=hint) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise typer.BadParameter("An address begins with http:// or https://.", param_hint=hint)
    if parsed.query or parsed.fragment:
        raise typer.BadParameter("The address of a service has no ? and no #.", param_hint=hint)
    return url.rstrip("/")


def usable_key(key: str | None, hint: str = "--key") -> str | None:
    """Return a key without surrounding spaces; a usage error if no HTTP header can hold it."""
    stripped = (key or "").strip()
    if not (stripped.isascii() and stripped.isprintable()):
        raise typer.BadParameter("A key has printable ASCII characters only.", param_hint=hint)
    return stripped or None
