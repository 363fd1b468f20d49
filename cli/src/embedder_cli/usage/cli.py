"""`embedder usage`: how often each key called the model, and what it cost."""

import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from embedder_cli import interrupts
from embedder_cli.doctor.analytics import Analytics, AnalyticsError, Usage, analytics_of
from embedder_cli.doctor.endpoint import EndpointError
from embedder_cli.printable import plain
from embedder_cli.usage import gateway as gateways
from embedder_cli.usage import report, tags

_GATEWAY = "The AI Gateway of the calls, for accounts whose analytics have no tags: its metadata has the key."


def main(
    days: Annotated[int, typer.Option(min=1, max=90, help="The last days, up to now.")] = 7,
    gateway: Annotated[str, typer.Option(help=_GATEWAY)] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Read calls, tokens and neurons of the model by key from Cloudflare's analytics.

    Needs CLOUDFLARE_API_TOKEN (Account Analytics: Read) and CLOUDFLARE_ACCOUNT_ID. The analytics may arrive minutes
    late. Exit code 1: there is only a total, because the analytics have no field for keys. 2: they can't be read.
    """
    until = datetime.now(UTC) + timedelta(minutes=1)  # times have whole seconds, and clocks differ
    since = until - timedelta(days=days)
    with interrupts.one_line("usage: interrupted."), ExitStack() as opened:
        analytics = analytics_of(opened, os.environ, "usage")
        try:
            found = read(analytics, gateway, since, until)
        except (AnalyticsError, EndpointError) as error:
            typer.echo(f"usage: {plain(error)}", err=True)
            raise typer.Exit(2) from error
        if as_json:
            typer.echo(report.as_json(found, since, until))
        else:
            Console().print(report.table(found))
        if found.note:
            typer.echo(found.note, err=True)
        raise typer.Exit(0 if found.source else 1)


def read(analytics: Analytics, gateway: str, since: datetime, until: datetime) -> report.Found:
    """Return the usage by tags, or by the metadata of a gateway, or the total. Raises AnalyticsError, EndpointError."""
    usage, known = tags.by_key(analytics, since, until)
    total = sum(usage.values(), Usage())
    if known:
        return report.Found(usage, total, "tags")
    if not gateway:
        return report.Found({}, total, None, report.NO_TAGS)
    usage, known = gateways.by_key(analytics, gateway, since, until)
    if known and total.calls and not usage:
        return report.Found({}, total, None, report.NO_CALLS)
    if known:
        return report.Found(usage, total, "gateway", report.BY_GATEWAY)
    return report.Found({}, total, None, report.NO_METADATA)
