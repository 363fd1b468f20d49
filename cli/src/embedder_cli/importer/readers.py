"""Files as documents, one after the other: no file is ever held in memory as a whole."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from embedder_cli.importer import chunks
from embedder_cli.importer.chunks import Chunk
from embedder_cli.importer.documents import Document, Place, Refusal, id_of
from embedder_cli.importer.fields import Fields, document_of

Found = Document | Refusal

_HEADING_MARK = " > "
csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Reading:
    """How files are read: the fields of records, and the characters of a chunk."""

    fields: Fields = field(default_factory=Fields)
    chunk_chars: int = 2000


class Lines:
    """The lines of a file as text; counts the bytes that were taken. Bytes that are not UTF-8 stay recognisable."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.taken = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self.taken += len(line)
            self.number += 1
            yield line.decode("utf-8-sig" if self.number == 1 else "utf-8", "surrogateescape")

    def numbered(self) -> Iterator[tuple[int, str]]:
        for line in self:
            yield self.number, line


def jsonl(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """One JSON object a line; empty lines are passed over."""
    for line in lines:
        place = Place(name, lines.number)
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Refusal(place, None, f"The line is not JSON: {error}.")
            continue
        if isinstance(record, dict):
            yield document_of(record, reading.fields, place, lines.number)
        else:
            yield Refusal(place, None, "The line is not a JSON object.")


def table(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """CSV with a first line of names; a record may have line breaks in quotes."""
    rows = csv.reader(lines, strict=True)
    header = next(rows, [])
    start = lines.number + 1
    position = 0
    while True:
        position += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Refusal(Place(name, start), None, f"The record is not CSV: {error}.")
            start = lines.number + 1
            continue
        if row:
            yield _record(header, row, reading.fields, Place(name, start), position)
        start = lines.number + 1


def _record(header: list[str], row: list[str], fields: Fields, place: Place, position: int) -> Found:
    if len(row) != len(header):
        return Refusal(place, None, f"The record has {len(row)} cells, the first line {len(header)} names.")
    record: dict[str, Any] = dict(zip(header, row, strict=True))
    return document_of(record, fields, place, position)


def text(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """Plain text by paragraphs, under the name of its file."""
    title = Path(name).stem
    for position, chunk in enumerate(chunks.of_text(lines.numbered(), reading.chunk_chars), 1):
        yield _chunk_document(chunk, name, title, position)


def markdown(lines: Lines, name: str, reading: Reading) -> Iterator[Found]:
    """Markdown by headings; the title of a piece is the path of headings that leads to it."""
    for position, chunk in enumerate(chunks.of_markdown(lines.numbered(), reading.chunk_chars), 1):
        yield _chunk_document(chunk, name, _HEADING_MARK.join(chunk.headings) or Path(name).stem, position)


def _chunk_document(chunk: Chunk, name: str, title: str, position: int) -> Document:
    metadata = {"source": name} | ({"heading": chunk.headings[-1]} if chunk.headings else {})
    return Document(id_of(name, position), chunk.text, Place(name, chunk.line), title, metadata)


Reader = Callable[[Lines, str, Reading], Iterator[Found]]
READERS: dict[str, Reader] = {
    ".jsonl": jsonl,
    ".ndjson": jsonl,
    ".csv": table,
    ".md": markdown,
    ".markdown": markdown,
    ".txt": text,
    ".text": text,
}
