"""The chunks of a file as documents."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from embedder_cli.importer.chunks import Chunk
from embedder_cli.importer.documents import Document, Location, id_of
from embedder_cli.importer.records.reading import Reading

_HEADING_MARK = " > "


def documents(found: Iterable[Chunk], name: str, reading: Reading, stored: Mapping[str, Any]) -> Iterator[Document]:
    """Yield a document for each chunk. `stored` is metadata of the whole file."""
    for position, chunk in enumerate(found, 1):
        title = _HEADING_MARK.join(chunk.headings) or Path(name).stem
        heading = {"heading": chunk.headings[-1]} if chunk.headings else {}
        own = id_of(name, position, reading.fields.namespace)
        metadata = {"source": name, **heading, **stored}
        yield Document(own, chunk.text, Location(name, chunk.line), title, metadata, part_of=name)
