"""The records of JSON Lines, JSON arrays, CSV and TSV: each reader gives the same objects, and `fields` reads them."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from itertools import chain

from embedder_cli.importer.documents import Location, Rejection
from embedder_cli.importer.fields import Record, listed
from embedder_cli.importer.lines import MAX_RECORD_BYTES, Lines, SourceError
from embedder_cli.importer.values import JSON, object_of

_DELIMITERS = ",;\t|"
_READ_CHARS = 64 * 1024
_SPACE = " \t\r\n"
_TOKEN_CHARS = 16  # at the end of what was read, a literal or an escape may be incomplete
csv.field_size_limit(sys.maxsize)  # `Lines` limits the size of a record


class NotAnArrayError(SourceError):
    """A JSON file does not hold an array."""


def jsonl(lines: Lines, name: str) -> Iterator[Record | Rejection]:
    """Read one JSON object per line. Empty lines are ignored."""
    for line in lines.each():
        location = Location(name, lines.number)
        if not line.strip():
            continue
        try:
            record = JSON.decode(line)
        except (ValueError, RecursionError) as error:
            yield Rejection(location, None, f"The line is not JSON: {error}.")
            continue
        yield _record(record, location, lines.number)


def _record(record: object, location: Location, position: int) -> Record | Rejection:
    if not isinstance(record, dict):
        return Rejection(location, None, "The record is not a JSON object.")
    return Record(record, location, position)


def json_array(lines: Lines, name: str) -> Iterator[Record | Rejection]:
    """Read one array of objects. Positions are those in the array. One record is in memory."""
    text = _Text(lines)
    if text.next() != "[":
        raise NotAnArrayError(_not_an_array(text, name))
    text.take()
    if text.next() == "]":
        text.take()
    else:
        yield from _items(text, lines, name)
    if text.next():
        raise SourceError(f"{name}: there is more after the end of the JSON array. Is it JSON Lines? Name it .jsonl.")


def _items(text: "_Text", lines: Lines, name: str) -> Iterator[Record | Rejection]:
    for position in range(1, sys.maxsize):
        try:
            record = text.value()
            mark = text.next()
            if mark not in (",", "]"):
                raise ValueError("expected a comma or the end of the array")
        except (ValueError, RecursionError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise SourceError(f"{name}: the file is not JSON near record {position}: {reason}.") from error
        text.take()
        lines.begin()
        yield _record(record, Location(name, position), position)
        if mark == "]":
            return


class _Text:
    """The text of a JSON file, read as far as the next value needs it."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._text = ""
        self._at = 0

    def _more(self, size: int) -> bool:
        """Read on; return whether there was more."""
        found = self._lines.read(size)
        self._text = self._text[self._at :] + found
        self._at = 0
        return bool(found)

    def next(self) -> str:
        """Return the next character that is not white space, or "" at the end. It is not taken."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(_READ_CHARS):
                return ""

    def take(self) -> None:
        """Take one character."""
        self._at += 1

    def value(self) -> object:
        """Take the next value. One that reaches the end of what was read may go on: more is read, in larger steps."""
        self.next()
        size = _READ_CHARS
        while True:
            try:
                value, end = JSON.raw_decode(self._text, self._at)
                is_whole = end < len(self._text)
                if is_whole or not self._more(size):
                    self._at = end if is_whole else len(self._text)
                    return value
            except json.JSONDecodeError as error:
                if not self._may_go_on(error) or not self._more(size):
                    raise
            size = min(2 * size, MAX_RECORD_BYTES)

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos + _TOKEN_CHARS > len(self._text)

    def head(self) -> str:
        """Return the beginning of the text."""
        while len(self._text) < _READ_CHARS and self._more(_READ_CHARS):
            pass
        return self._text


def _not_an_array(text: _Text, name: str) -> str:
    """Say what the file has instead of an array, and how to import it."""
    head = text.head().lstrip()
    about = f"{name} is not a JSON array"
    try:
        found, end = json.JSONDecoder().raw_decode(head)
    except (ValueError, RecursionError):
        return f"{about}; if it has one object per line, use --format jsonl."
    if head[end:].strip():
        return f"{about}: it has several values. If there is one object per line, use --format jsonl."
    lists = [key for key, value in found.items() if isinstance(value, list)] if isinstance(found, dict) else []
    if lists:
        return f"{about}: it is an object with lists in {listed(lists)}. Put the list of records into its own file."
    return f"{about}: it is one value. Write [ and ] around an object to import it."


def table(lines: Lines, name: str) -> Iterator[Record | Rejection]:
    """Read CSV or TSV. The first record has the names of the columns; a record may have line breaks in quotes."""
    source = iter(lines)
    first = next(source, "")
    rows = csv.reader(chain([first], source), delimiter=_delimiter(first), strict=True)
    header: list[str] | None = None
    for position in range(sys.maxsize):
        start = 1 if position == 0 else lines.number + 1
        lines.begin()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if header is None:
                raise SourceError(f"{name}: the names of the columns are not CSV: {error}.") from error
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


RecordReader = Callable[[Lines, str], Iterator[Record | Rejection]]
