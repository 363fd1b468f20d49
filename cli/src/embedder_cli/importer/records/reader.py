"""Records as documents, whatever the kind of their file."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from embedder_cli.importer import chunks
from embedder_cli.importer.documents import UNUSED, Document, FileEnd, Found, Read, Rejection, Remark, id_of_chunk
from embedder_cli.importer.lines import FileError, Lines
from embedder_cli.importer.records.fields import FieldError, Fields, Record, document_of
from embedder_cli.importer.records.reading import Reader, Reading

RecordReader = Callable[[Lines, str], Iterator[Record | Rejection]]


def of_records(read: RecordReader) -> Reader:
    """Return a reader of documents. Only here does a record become a document."""

    def documents(lines: Lines, name: str, reading: Reading) -> Iterator[Read]:
        fields: Fields | None = None
        known: frozenset[str] = frozenset()
        for found in read(lines, name):
            if isinstance(found, Rejection):
                yield found
                continue
            if fields is None:
                fields = _settled(reading.fields, found)
                known = fields.used
            if unused := found.fields.keys() - known:
                known |= unused
                yield Remark(UNUSED, name, tuple(sorted(unused)))
            yield from _divided(document_of(found, fields), reading)

    return documents


def _settled(fields: Fields, first: Record) -> Fields:
    try:
        return fields.settled(first)
    except FieldError as error:
        raise FileError(replace(first.location, line=1) if first.is_row else first.location, str(error)) from error


def _divided(found: Found, reading: Reading) -> Iterator[Read]:
    """Yield a document, or its chunks. The first chunk has the id of the record."""
    if isinstance(found, Rejection) or not reading.chunk_records:
        yield found
        return
    whole = f"{found.location.file}\n{found.id}" if found.has_own_id else None
    pieces = [chunk.text for chunk in chunks.of_text(found.text.splitlines(keepends=True), reading.chunk_chars)]
    for position, piece in enumerate(pieces if len(pieces) > 1 else [found.text], 1):
        name = id_of_chunk(found.id, position)
        yield Document(name, piece, found.location, found.title, found.metadata, found.has_own_id, whole)
    if whole:
        yield FileEnd(whole)
