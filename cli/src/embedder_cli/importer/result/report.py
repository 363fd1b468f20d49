"""The result of an import: a table, and JSON."""

from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from embedder_cli.importer.result.tally import OTHER_REASONS, Tally
from embedder_cli.printable import json_text, plain

_SHOWN = 20
_COUNTS = (
    "unchanged", "rejected", "truncated", "removed", "skipped", "requests", "retries", "seconds", "stopped",
    "notes", "exit_code",
)  # fmt: skip


def table(tally: Tally, *, rehearsal: bool) -> RenderableType:
    """Return the counts, and the reasons of rejections."""
    made = Table(show_header=False)
    made.add_column(justify="right")
    made.add_column()
    for number, what in _rows(tally, rehearsal):
        made.add_row(f"{number:,}", what)
    is_empty = tally.stopped and not tally.written + tally.unchanged + tally.rejected + tally.skipped.total()
    parts: list[RenderableType] = [] if is_empty else [made]
    if tally.reasons:
        parts.append(_reasons(tally))
    parts += [Text(plain(note), style="yellow") for note in tally.notes]
    if tally.stopped:
        parts.append(Text(plain(tally.stopped), style="bold red"))
    return Group(*parts)


def _rows(tally: Tally, rehearsal: bool) -> list[tuple[int, str]]:
    rate = f" ({tally.written / tally.seconds:,.0f} per second)" if tally.seconds and tally.written else ""
    requests = "request" if tally.requests == 1 else "requests"
    rows = [
        (tally.written, f"would be {tally.verb}" if rehearsal else f"{tally.verb}{rate}"),
        (tally.unchanged, f"unchanged since they were {tally.verb}"),
        (tally.rejected, "would be rejected" if rehearsal else "rejected"),
        (tally.truncated, "too long: the model read their beginning only"),
        (tally.removed, "would be removed from the index" if rehearsal else "removed from the index"),
        *((number, plain(f"skipped: {reason}")) for reason, number in tally.skipped.items()),
        (tally.requests, f"{requests} would be sent" if rehearsal else f"{requests}, {tally.retries:,} waits"),
    ]
    return [row for index, row in enumerate(rows) if row[0] or index in (0, 2)]


def _reasons(tally: Tally) -> Table:
    made = Table("documents", "why they were rejected", "first at", "id", title_justify="left")
    shown = sorted(tally.reasons.items(), key=lambda item: -item[1].count)[:_SHOWN]
    for kind, found in shown:
        reason = kind if kind == OTHER_REASONS else found.first.reason
        cells = plain(reason), plain(found.first.location), plain(found.first.id or "")
        made.add_row(f"{found.count:,}", *map(Text, cells))
    rest = tally.rejected - sum(found.count for _, found in shown)
    if rest:
        made.add_row(f"{rest:,}", "for other reasons", "", "--report FILE lists them.")
    return made


def as_json(tally: Tally) -> str:
    """Return one JSON object. The lists are bounded, the counts are not."""
    rejections = [{**asdict(item.location), "id": item.id, "reason": item.reason} for item in tally.rejections]
    truncated = [{**asdict(location), "id": name} for name, location in tally.truncated_documents]
    accepted = {"written": 0, "queued": 0, tally.verb: tally.written}
    found = {**accepted, **{name: getattr(tally, name) for name in _COUNTS}}
    skipped = [{"file": file, "reason": reason} for file, reason in tally.skipped_files]
    lists = {"rejections": rejections, "truncated_documents": truncated, "skipped_files": skipped}
    return json_text({**found, **lists})
