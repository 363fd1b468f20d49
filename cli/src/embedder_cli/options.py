"""Options that several commands share."""

from typing import Annotated

import httpx
import typer

Url = Annotated[str, typer.Option(envvar="EMBEDDER_URL", help="Address of the service.")]
Key = Annotated[str | None, typer.Option(envvar="EMBEDDER_KEY", help="A key of its API_KEYS.")]
Namespace = Annotated[str | None, typer.Option(help="Namespace of the index; at most 64 bytes.")]


def address(url: str, hint: str = "--url") -> str:
    """Return an address without a slash at its end; a usage error if it is none."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise typer.BadParameter(f"{url} is no address: {error}.", param_hint=hint) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise typer.BadParameter(f"{url} is no address; it begins with http:// or https://.", param_hint=hint)
    return url.rstrip("/")
