"""The outcome of an import: a table for people, JSON for programs."""

import json
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from embedder_cli.importer.tally import Tally

_SHOWN = 20


def table(tally: Tally, *, rehearsal: bool) -> RenderableType:
    """Return the counts, and the first refusals with their reasons."""
    counts = Table(show_header=False)
    counts.add_column(justify="right")
    counts.add_column()
    for number, what in _rows(tally, rehearsal):
        counts.add_row(f"{number:,}", what)
    parts: list[RenderableType] = [counts]
    if tally.refusals:
        parts.append(_refusals(tally))
    if tally.stopped:
        parts.append(Text(tally.stopped, style="bold red"))
    return Group(*parts)


def _rows(tally: Tally, rehearsal: bool) -> list[tuple[int, str]]:
    rate = f"{tally.written / tally.seconds:,.0f} a second" if tally.seconds else ""
    rows = [
        (tally.written, "would be written" if rehearsal else f"written ({rate})"),
        (tally.unchanged, "were written before and have not changed"),
        (tally.refused, "refused"),
        (tally.cut, "too long: the model reads their beginning only"),
        (tally.requests, "requests needed" if rehearsal else f"requests, {tally.repeats:,} of them repeated"),
    ]
    return [row for place, row in enumerate(rows) if row[0] or place in (0, 2)]


def _refusals(tally: Tally) -> Table:
    made = Table("where", "id", "why it was refused", title_justify="left")
    for refusal in tally.refusals[:_SHOWN]:
        made.add_row(
            Text(_printable(str(refusal.place))), Text(_printable(refusal.id or "")), Text(_printable(refusal.reason))
        )
    if tally.refused > _SHOWN:
        made.add_row(f"and {tally.refused - _SHOWN:,} more", "", "--report FILE lists them.")
    return made


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def as_json(tally: Tally) -> str:
    """Return one JSON object; lists are bounded, counts are not."""
    counts = ("written", "unchanged", "refused", "cut", "requests", "repeats", "seconds", "stopped", "exit_code")
    refusals = [{**asdict(item.place), "id": item.id, "reason": item.reason} for item in tally.refusals]
    too_long = [{**asdict(place), "id": name} for name, place in tally.too_long]
    return json.dumps(
        {**{name: getattr(tally, name) for name in counts}, "refusals": refusals, "too_long": too_long}, indent=2
    )
