"""The readers of each kind of file. A reader yields documents one by one and holds one record in memory."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import ijson

from embedder_cli.importer import chunks
from embedder_cli.importer.chunks import Chunk
from embedder_cli.importer.documents import Document, Location, Rejection, id_of
from embedder_cli.importer.fields import FieldError, Fields, document_of
from embedder_cli.importer.lines import Lines, SourceError

Found = Document | Rejection

_HEADING_MARK = " > "
_DELIMITERS = ",;\t|"
csv.field_size_limit(sys.maxsize)  # `Lines` limits the size of a record


@dataclass(frozen=True)
class Reading:
    """How files are read: the fields of records, and the longest chunk."""

    fields: Fields = field(default_factory=Fields)
    chunk_chars: int = 2000


class NotAnArrayError(SourceError):
    """A JSON file does not hold an array."""


def jsonl(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """Read one JSON object per line. Empty lines are ignored."""
    first = True
    for line in lines.each():
        location = Location(name, lines.number)
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Rejection(location, None, f"The line is not JSON: {error}.")
            continue
        yield _record(record, reading.fields, location, lines.number, first=first)
        first = False


def json_array(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """Read one array of objects. Positions are those in the array."""
    records = ijson.items(_Array(lines, name), "item", use_float=True)
    for position in range(1, sys.maxsize):
        try:
            record = next(records)
        except StopIteration:
            return
        except (ijson.JSONError, ValueError, RecursionError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise SourceError(f"{name}: the file is not JSON near record {position}: {reason}.") from error
        lines.begin()
        yield _record(record, reading.fields, Location(name, position), position, first=position == 1)


class _Array:
    """A file for ijson, which checks the first character."""

    def __init__(self, lines: Lines, name: str) -> None:
        self._lines = lines
        self._name = name
        self._is_checked = False

    def read(self, size: int = -1) -> bytes:
        data = self._lines.read(max(size, 0) if size >= 0 else 65536)
        if data and not self._is_checked:
            self._is_checked = True
            data = data.removeprefix(b"\xef\xbb\xbf")
            if data.lstrip()[:1] != b"[":
                raise NotAnArrayError(f"{self._name} is not a JSON array; name a file with one object per line .jsonl.")
        return data


def _record(record: object, fields: Fields, location: Location, position: int, *, first: bool) -> Found:
    if not isinstance(record, dict):
        return Rejection(location, None, "The record is not a JSON object.")
    if first:
        with _reported(location.file):
            fields.check_record(record)
    return document_of(record, fields, location, position)


@contextmanager
def _reported(name: str) -> Iterator[None]:
    try:
        yield
    except FieldError as error:
        raise SourceError(f"{name}: {error}") from error


def table(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """Read CSV or TSV. The first line has the names of the columns; a record may have line breaks in quotes."""
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
            yield Rejection(Location(name, start), None, f"The record is not CSV: {error}.")
            continue
        if header is None:
            header = row
            with _reported(name):
                reading.fields.check_columns(row)
        elif row:
            yield _row(header, row, reading.fields, Location(name, start), position)


def _delimiter(line: str) -> str:
    """Return the delimiter that gives the first line the most columns."""
    return max(_DELIMITERS, key=lambda delimiter: len(next(csv.reader([line], delimiter=delimiter), [])))


def _row(header: list[str], row: list[str], fields: Fields, location: Location, position: int) -> Found:
    if len(row) != len(header):
        return Rejection(location, None, f"The record has {len(row)} cells, but there are {len(header)} columns.")
    return document_of(dict(zip(header, row, strict=True)), fields, location, position)


def text(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """Read plain text in chunks of whole paragraphs. The title is the name of the file."""
    title = Path(name).stem
    for position, chunk in enumerate(chunks.of_text(lines.each(), reading.chunk_chars), 1):
        yield _chunk_document(chunk, name, title, id_of(name, position, reading.fields.namespace))


def markdown(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """Read Markdown in chunks that cross no heading. The title of a chunk is the path of its headings."""
    for position, chunk in enumerate(chunks.of_markdown(lines, reading.chunk_chars), 1):
        title = _HEADING_MARK.join(chunk.headings) or Path(name).stem
        yield _chunk_document(chunk, name, title, id_of(name, position, reading.fields.namespace))


def _chunk_document(chunk: Chunk, name: str, title: str, own: str) -> Document:
    metadata = {"source": name} | ({"heading": chunk.headings[-1]} if chunk.headings else {})
    return Document(own, chunk.text, Location(name, chunk.line), title, metadata)


Reader = Callable[[Lines, str, Reading], Iterator[Found]]
READERS: dict[str, Reader] = {
    ".jsonl": jsonl,
    ".ndjson": jsonl,
    ".json": json_array,
    ".csv": table,
    ".tsv": table,
    ".md": markdown,
    ".markdown": markdown,
    ".txt": text,
    ".text": text,
}
