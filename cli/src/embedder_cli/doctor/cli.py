"""`embedder doctor`: the self-check of a service."""

from typing import Annotated

import typer
from rich.console import Console

from embedder_cli import interrupts
from embedder_cli.doctor import latency, report, truncation
from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.examination import Options, examine
from embedder_cli.doctor.results import all_well
from embedder_cli.options import Key, address, usable_key

_LATENCY = f"Measure latency by batch size: {latency.CALLS} requests with {latency.TEXTS} texts."
_LIMIT = (
    f"Find the length at which texts are truncated: at most {truncation.CALLS} requests with {truncation.TEXTS} texts, "
    "most of them long."
)


def main(
    url: Annotated[str, typer.Argument(help="Address of the service, such as https://embedder.example.workers.dev.")],
    key: Key = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    with_latency: Annotated[bool, typer.Option("--latency/--no-latency", help=_LATENCY)] = True,
    find_limit: Annotated[bool, typer.Option("--find-limit", help=_LIMIT)] = False,
) -> None:
    """Check the model, the formats, the errors and the index of a service. Exit code 1 if a check fails."""
    options = Options(latency=with_latency, find_limit=find_limit)
    with interrupts.one_line("doctor: interrupted."):
        with Endpoint(address(url, "URL"), usable_key(key)) as endpoint:
            results = list(examine(endpoint, options))
        if as_json:
            typer.echo(report.as_json(endpoint.url, results))
        else:
            Console().print(report.table(endpoint.url, results))
        raise typer.Exit(0 if all_well(results) else 1)
