"""`embedder usage`: how often each key called the model, and what it cost."""

import json
import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embedder_cli import interrupts
from embedder_cli.doctor.analytics import AnalyticsError, Usage, analytics_of
from embedder_cli.doctor.endpoint import EndpointError
from embedder_cli.doctor.neurons import DOLLARS_PER_NEURON
from embedder_cli.printable import plain
from embedder_cli.usage import tags

_NO_TAGS = "Cloudflare's analytics have no field for tags in this account, so there is only a total of all callers."


def main(
    days: Annotated[int, typer.Option(min=1, max=90, help="The last days, up to now.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Read calls, tokens and neurons of the model by key from Cloudflare's analytics.

    Needs CLOUDFLARE_API_TOKEN (Account Analytics: Read) and CLOUDFLARE_ACCOUNT_ID. The analytics arrive minutes late.
    """
    until = datetime.now(UTC) + timedelta(minutes=1)  # times have whole seconds, and clocks differ
    since = until - timedelta(days=days)
    with interrupts.one_line("usage: interrupted."), ExitStack() as opened:
        analytics = analytics_of(opened, os.environ, "usage")
        try:
            found, has_keys = tags.by_key(analytics, since, until)
        except (AnalyticsError, EndpointError) as error:
            typer.echo(f"usage: {plain(error)}", err=True)
            raise typer.Exit(2) from error
        if as_json:
            typer.echo(_json(found, since, until, has_keys=has_keys))
            return
        Console().print(table(found, has_keys=has_keys))
        if not has_keys:
            typer.echo(_NO_TAGS, err=True)


def _json(found: dict[str, Usage], since: datetime, until: datetime, *, has_keys: bool) -> str:
    rows = [
        {"key": key or None, "calls": usage.calls, "tokens": usage.tokens, "neurons": usage.neurons}
        for key, usage in ordered(found)
    ]
    times = {"since": f"{since:%Y-%m-%dT%H:%M:%SZ}", "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    return json.dumps({**times, "by_key": has_keys, "usage": rows})


def ordered(found: dict[str, Usage]) -> list[tuple[str, Usage]]:
    """Return the rows, those with the most neurons first."""
    return sorted(found.items(), key=lambda row: (-row[1].neurons, row[0]))


def table(found: dict[str, Usage], *, has_keys: bool) -> Table:
    made = Table("key", "calls", "tokens", "neurons", "$ above the free ones")
    for key, usage in ordered(found) if has_keys else ():
        made.add_row(Text(plain(key, 64) or "(no key)"), *_cells(usage))
    made.add_row("all", *_cells(sum(found.values(), Usage())))
    return made


def _cells(usage: Usage) -> tuple[str, str, str, str]:
    tokens = f"{usage.tokens:,}" if usage.tokens else "?"
    return f"{usage.calls:,}", tokens, f"{usage.neurons:,.1f}", f"{usage.neurons * DOLLARS_PER_NEURON:.4f}"
