"""How files are read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from embedder_cli.importer.documents import Read
from embedder_cli.importer.lines import Lines
from embedder_cli.importer.records.fields import Fields


@dataclass(frozen=True)
class Reading:
    """How files are read: the fields of records, the longest chunk, and whether texts of records are divided, too."""

    fields: Fields = field(default_factory=Fields)
    chunk_chars: int = 2000
    chunk_records: bool = False


Reader = Callable[[Lines, str, Reading], Iterator[Read]]
"""Gets a file and its name, and yields documents one by one. It holds one record in memory."""
