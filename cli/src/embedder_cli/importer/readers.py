"""The readers of each kind of file. A reader yields documents one by one and holds one record in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embedder_cli.importer import chunks, frontmatter, records
from embedder_cli.importer.chunks import Chunk
from embedder_cli.importer.documents import Document, FileEnd, Location, Rejection, Remark, id_of, id_of_chunk
from embedder_cli.importer.fields import FieldError, Fields, Record, document_of, metadata_of, title_of
from embedder_cli.importer.lines import Lines, SourceError
from embedder_cli.importer.records import RecordReader

Found = Document | Rejection
Read = Found | FileEnd | Remark

UNUSED = "unused"
_HEADING_MARK = " > "
_TITLE = "title"


@dataclass(frozen=True)
class Reading:
    """How files are read: the fields of records, the longest chunk, and whether texts of records are divided, too."""

    fields: Fields = field(default_factory=Fields)
    chunk_chars: int = 2000
    chunk_records: bool = False


def _of_records(read: RecordReader) -> "Reader":
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
        raise SourceError(f"{first.location.file}: {error}") from error


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


def text(lines: Lines, name: str, reading: Reading) -> Iterator[Read]:
    """Read plain text in chunks of whole paragraphs. The title is the name of the file."""
    yield from _chunk_documents(chunks.of_text(lines.each(), reading.chunk_chars), name, reading, {})


def markdown(lines: Lines, name: str, reading: Reading) -> Iterator[Read]:
    """Read Markdown in chunks that cross no heading. The title of a chunk is the path of its headings.

    The fields at the beginning of the file are those of a record: the title, and what --metadata-field names.
    """
    page = frontmatter.split("".join(lines).replace("\r\n", "\n").replace("\r", "\n"))
    fields = reading.fields
    name_of_title = fields.title or _TITLE
    try:
        title = (title_of(page.fields, name_of_title) or "").strip() or None
        stored = metadata_of(page.fields, fields.metadata)
    except FieldError as error:
        yield Rejection(Location(name, 1), None, str(error))
        return
    used = {name_of_title, *(item.name for item in fields.metadata)}
    if unused := page.fields.keys() - used:
        yield Remark(UNUSED, name, tuple(sorted(unused)))
    found = chunks.of_markdown([page.body], reading.chunk_chars, title=title, line=page.line)
    yield from _chunk_documents(found, name, reading, stored)


def _chunk_documents(
    found: Iterable[Chunk], name: str, reading: Reading, stored: Mapping[str, Any]
) -> Iterator[Document]:
    for position, chunk in enumerate(found, 1):
        title = _HEADING_MARK.join(chunk.headings) or Path(name).stem
        heading = {"heading": chunk.headings[-1]} if chunk.headings else {}
        own = id_of(name, position, reading.fields.namespace)
        metadata = {"source": name, **heading, **stored}
        yield Document(own, chunk.text, Location(name, chunk.line), title, metadata, part_of=name)


Reader = Callable[[Lines, str, Reading], Iterator[Read]]
READERS: dict[str, Reader] = {
    ".jsonl": _of_records(records.jsonl),
    ".ndjson": _of_records(records.jsonl),
    ".json": _of_records(records.json_array),
    ".csv": _of_records(records.table),
    ".tsv": _of_records(records.table),
    ".md": markdown,
    ".markdown": markdown,
    ".mdx": markdown,
    ".txt": text,
    ".text": text,
    ".rst": text,
}
JSON_KINDS = frozenset({".jsonl", ".ndjson", ".json"})
TEXT_KINDS = frozenset(kind for kind, reader in READERS.items() if reader in (markdown, text))
