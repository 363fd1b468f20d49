"""`embedder doctor`: the self-check of a service."""

import os
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console

from embedder_cli import interrupts
from embedder_cli.doctor import latency, report
from embedder_cli.doctor.analytics import analytics_of
from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.examination import Options, examine
from embedder_cli.doctor.model import truncation
from embedder_cli.doctor.neurons import Meter
from embedder_cli.doctor.results import all_well
from embedder_cli.options import Key, address, usable_key

_LATENCY = f"Measure latency by batch size: {latency.CALLS} requests with {latency.TEXTS} texts."
_LIMIT = (
    f"Find the length at which texts are truncated: at most {truncation.CALLS} requests with {truncation.TEXTS} texts, "
    "most of them long."
)
_NEURONS = (
    "Read what the model calls of this run cost from Cloudflare's analytics. Needs CLOUDFLARE_API_TOKEN (Account "
    "Analytics: Read) and CLOUDFLARE_ACCOUNT_ID."
)


def main(
    url: Annotated[str, typer.Argument(help="Address of the service, such as https://embedder.example.workers.dev.")],
    key: Key = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    with_latency: Annotated[bool, typer.Option("--latency/--no-latency", help=_LATENCY)] = True,
    find_limit: Annotated[bool, typer.Option("--find-limit", help=_LIMIT)] = False,
    with_neurons: Annotated[bool, typer.Option("--neurons", help=_NEURONS)] = False,
) -> None:
    """Check the model, the formats, the errors and the index of a service. Exit code 1 if a check fails."""
    with interrupts.one_line("doctor: interrupted."):
        with ExitStack() as opened:
            meter = Meter(analytics_of(opened, os.environ, "--neurons"), _say) if with_neurons else None
            endpoint = opened.enter_context(Endpoint(address(url, "URL"), usable_key(key)))
            results = list(examine(endpoint, Options(with_latency, find_limit, meter)))
        if as_json:
            typer.echo(report.as_json(endpoint.url, results))
        else:
            Console().print(report.table(endpoint.url, results))
        raise typer.Exit(0 if all_well(results) else 1)


def _say(line: str) -> None:
    typer.echo(line, err=True)
