"""`embedder doctor`: the self-check of a service."""

from typing import Annotated

import typer
from rich.console import Console

from embedder_cli.doctor import cut, latency, report
from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.examination import Options, examine
from embedder_cli.doctor.results import all_well
from embedder_cli.options import address

_LATENCY = f"Measure latency by batch size: {latency.CALLS} requests, {latency.TEXTS} texts."
_CUT = f"Find where over-long text is cut: at most {cut.CALLS} requests, {cut.TEXTS} texts, most of them long."


def main(
    url: Annotated[str, typer.Argument(help="Address of the service, such as https://embedder.example.workers.dev.")],
    key: Annotated[str | None, typer.Option(envvar="EMBEDDER_KEY", help="A key of its API_KEYS.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    with_latency: Annotated[bool, typer.Option("--latency/--no-latency", help=_LATENCY)] = True,
    find_cut: Annotated[bool, typer.Option("--find-cut", help=_CUT)] = False,
) -> None:
    """Check that a service answers as it must: model, forms, errors, index. Exit code 1 if it does not."""
    with Endpoint(address(url, "URL"), key) as endpoint:
        results = list(examine(endpoint, Options(latency=with_latency, find_cut=find_cut)))
    if as_json:
        typer.echo(report.as_json(endpoint.url, results))
    else:
        Console().print(report.table(endpoint.url, results))
    raise typer.Exit(0 if all_well(results) else 1)
