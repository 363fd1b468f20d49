"""CSV and TSV: a table whose first record has the names of the columns."""

import csv
import re
import sys
from collections.abc import Iterator
from itertools import chain

from embedder_cli.importer.documents import Location, Rejection
from embedder_cli.importer.lines import FileError, Lines
from embedder_cli.importer.records.fields import Record
from embedder_cli.importer.records.reader import of_records
from embedder_cli.importer.records.values import object_of

_DELIMITERS = ",;\t|"
_NAMED = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)  # a first line that Excel understands
csv.field_size_limit(sys.maxsize)  # `Lines` limits the size of a record


def records(lines: Lines, name: str) -> Iterator[Record | Rejection]:
    """Read CSV or TSV. The first record has the names of the columns; a record may have line breaks in quotes."""
    source = iter(lines)
    first = next(source, "")
    if named := _NAMED.fullmatch(first):
        first = next(source, "")
    rows = csv.reader(chain([first], source), delimiter=named[1] if named else _delimiter(first), strict=True)
    header: list[str] | None = None
    for position in range(sys.maxsize):
        start = lines.number if position == 0 else lines.number + 1
        lines.begin()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if header is None:
                raise FileError(Location(name, 1), f"The names of the columns are not CSV: {error}.") from error
            yield Rejection(Location(name, start), None, _not_csv(error, lines.number - start))
            continue
        if header is None:
            header = row
        elif row:
            yield _row(header, row, Location(name, start), position)


def _not_csv(error: csv.Error, more: int) -> str:
    if more < 1:
        return f"The record is not CSV: {error}."
    return f"The record is not CSV: {error}. It goes on for {more} lines, which are not read; is a quote missing?"


def _delimiter(line: str) -> str:
    """Return the delimiter that gives the first line the most columns."""
    return max(_DELIMITERS, key=lambda delimiter: _columns(line, delimiter))


def _columns(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0


def _row(header: list[str], row: list[str], location: Location, position: int) -> Record | Rejection:
    if len(row) != len(header):
        return Rejection(location, None, f"The record has {len(row)} cells, but there are {len(header)} columns.")
    return Record(object_of([*zip(header, row, strict=True)]), location, position, is_row=True)


read = of_records(records)
