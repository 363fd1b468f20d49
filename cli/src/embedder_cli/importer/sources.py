"""A file or a folder as one stream of documents, in an order that is the same every time."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embedder_cli.importer.readers import READERS, Found, Lines, Reading


class SourceError(Exception):
    """The source can't be read; the message is one sentence to act on."""


@dataclass(frozen=True)
class Source:
    """A file and the name under which its documents are known: the same wherever the folder stands."""

    path: Path
    name: str


def find(root: Path) -> Iterator[Source]:
    """Yield the files to read; SourceError for a file of an unknown kind. Hidden files are left out."""
    if root.is_dir():
        yield from _walk(root)
    elif not root.is_file():
        raise SourceError(f"There is no file or folder {root}.")
    elif root.suffix.lower() not in READERS:
        raise SourceError(f"{root.name} is of no known kind: {', '.join(READERS)}.")
    else:
        yield Source(root, root.name)


def _walk(root: Path) -> Iterator[Source]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix.lower() in READERS and not name.startswith(".") and path.is_file():
                yield Source(path, path.relative_to(root).as_posix())


def size(root: Path) -> int:
    """Return the bytes of all files to read."""
    return sum(source.path.stat().st_size for source in find(root))


def read(root: Path, reading: Reading) -> Iterator[tuple[Found, int]]:
    """Yield documents and refusals, each with the bytes that were read for it."""
    for source in find(root):
        with source.path.open("rb") as file:
            lines, counted = Lines(file), 0
            for found in READERS[source.path.suffix.lower()](lines, source.name, reading):
                yield found, lines.taken - counted
                counted = lines.taken
