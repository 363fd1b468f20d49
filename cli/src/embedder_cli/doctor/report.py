"""The results as a table, or as JSON."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from embedder_cli.doctor.results import Result, Status, all_well
from embedder_cli.printable import json_text, plain

_STYLES = {Status.OK: "green", Status.FAIL: "bold red", Status.SKIP: "dim", Status.NOTE: "yellow"}


def table(url: str, results: Sequence[Result]) -> Table:
    """Return one row per check."""
    made = Table("check", "result", "details", title=Text(plain(f"doctor {url}")), title_justify="left")
    for result in results:
        made.add_row(result.check, Text(result.status, style=_STYLES[result.status]), Text(plain(result.detail)))
    return made


def as_json(url: str, results: list[Result]) -> str:
    """Return one JSON object; `ok` corresponds to the exit code."""
    rows = [asdict(result) for result in results]
    return json_text({"url": url, "ok": all_well(results), "checks": rows})
