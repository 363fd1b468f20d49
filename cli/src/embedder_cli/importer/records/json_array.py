"""A JSON array of objects, read record by record."""

import json
import sys
from collections.abc import Iterator

from embedder_cli.importer.documents import Location, Rejection
from embedder_cli.importer.lines import MAX_RECORD_BYTES, AnotherKindError, FileError, Lines
from embedder_cli.importer.records.fields import Record, listed
from embedder_cli.importer.records.reader import of_records
from embedder_cli.importer.records.values import JSON, reason_of

_READ_CHARS = 64 * 1024
_SPACE = " \t\r\n"
_JSONL = "If it has one object per line, use --format jsonl, or the suffix .jsonl."
_TOKEN_CHARS = 16  # at the end of what was read, a literal or an escape may be incomplete


def records(lines: Lines, name: str) -> Iterator[Record | Rejection]:
    """Read one array of objects. Positions are those in the array. One record is in memory."""
    text = _Text(lines)
    if text.next() != "[":
        raise _not_an_array(text.head(), Location(name, 1))
    text.take()
    if text.next() == "]":
        text.take()
    else:
        yield from _items(text, lines, name)
    if text.next():
        raise FileError(Location(name, 1), f"There is more after the end of the JSON array. {_JSONL}")


def _items(text: "_Text", lines: Lines, name: str) -> Iterator[Record | Rejection]:
    for position in range(1, sys.maxsize):
        try:
            record = text.value()
            mark = text.next()
            if mark not in (",", "]"):
                raise ValueError("expected a comma or the end of the array")
        except (ValueError, RecursionError) as error:
            raise FileError(Location(name, position), _broken(position, reason_of(error))) from error
        text.take()
        lines.begin()
        yield Record.of(record, Location(name, position), position)
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


def _broken(position: int, reason: str) -> str:
    return f"The file is not JSON near record {position} ({reason}), and what follows was not read."


def _not_an_array(head: str, location: Location) -> FileError:
    """Return an error that says what the file has instead of an array, and how to import it."""
    about = "The file is not a JSON array"
    try:
        found, end = json.JSONDecoder().raw_decode(head.lstrip())
    except (ValueError, RecursionError):
        is_cut = len(head) >= _READ_CHARS and head.lstrip().startswith("{")
        return (AnotherKindError if is_cut else FileError)(location, f"{about}. {_JSONL}")
    if head.lstrip()[end:].strip():
        return FileError(location, f"{about}: it has several values. {_JSONL}")
    lists = [key for key, value in found.items() if isinstance(value, list)] if isinstance(found, dict) else []
    if lists:
        advice = "Put the list of records into its own file."
        return AnotherKindError(location, f"{about}: it is an object with lists in {listed(lists)}. {advice}")
    return AnotherKindError(location, f"{about}: it is one value. Write [ and ] around an object to import it.")


read = of_records(records)
