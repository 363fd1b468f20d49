"""The results as a table, or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from embedder_cli.doctor.results import Result, Status, all_well

_STYLES = {Status.OK: "green", Status.FAIL: "bold red", Status.SKIP: "dim", Status.NOTE: "yellow"}


def table(url: str, results: Sequence[Result]) -> Table:
    made = Table("check", "result", "what was found", title=f"doctor of {url}", title_justify="left")
    for result in results:
        made.add_row(result.check, Text(result.status, style=_STYLES[result.status]), Text(result.detail))
    return made


def as_json(url: str, results: list[Result]) -> str:
    """Return one JSON object; `ok` says the same as the exit code."""
    rows = [asdict(result) for result in results]
    return json.dumps({"url": url, "ok": all_well(results), "checks": rows}, indent=2)
