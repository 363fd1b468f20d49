"""Plain text in chunks of whole paragraphs."""

from collections.abc import Iterator

from embedder_cli.importer import chunks
from embedder_cli.importer.documents import Read
from embedder_cli.importer.lines import Lines
from embedder_cli.importer.records.reading import Reading
from embedder_cli.importer.texts.chunked import documents


def read(lines: Lines, name: str, reading: Reading) -> Iterator[Read]:
    """Read plain text in chunks of whole paragraphs. The title is the name of the file."""
    yield from documents(chunks.of_text(lines.each(), reading.chunk_chars), name, reading, {})
