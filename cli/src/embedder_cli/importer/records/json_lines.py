"""JSON Lines: one JSON object per line."""

from collections.abc import Iterator

from embedder_cli.importer.documents import Location, Rejection
from embedder_cli.importer.lines import Lines
from embedder_cli.importer.records.fields import Record
from embedder_cli.importer.records.reader import of_records
from embedder_cli.importer.records.values import JSON, reason_of


def records(lines: Lines, name: str) -> Iterator[Record | Rejection]:
    """Read one JSON object per line. Empty lines are ignored."""
    for line in lines.each():
        location = Location(name, lines.number)
        if not line.strip():
            continue
        try:
            record = JSON.decode(line)
        except (ValueError, RecursionError) as error:
            yield Rejection(location, None, f"The line is not JSON ({reason_of(error)}).")
            continue
        yield Record.of(record, location, lines.number)


read = of_records(records)
