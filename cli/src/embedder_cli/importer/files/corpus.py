"""A file, a folder or standard input as one stream of documents, in the same order every time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from embedder_cli.importer.documents import Location, Read, Rejection, Skipped
from embedder_cli.importer.files import content, folder, kinds
from embedder_cli.importer.files.content import Source
from embedder_cli.importer.files.conversion import CONVERTED, Convert, NotConvertedError
from embedder_cli.importer.files.folder import Walk
from embedder_cli.importer.lines import AnotherKindError, FileError, SourceError
from embedder_cli.importer.records.reading import Reading

STDIN = "-"
_STDIN_KIND = ".jsonl"


@dataclass(frozen=True)
class Corpus:
    """What is imported, and how it is read.

    `kind` is that of standard input, of a single file, and of the files of a folder whose suffix is not known.
    `encoding` is that of all files; without it, it is detected. `convert` makes Markdown of PDF, Word and HTML.
    """

    root: Path
    kind: str | None = None
    follow_links: bool = False
    reading: Reading = field(default_factory=Reading)
    encoding: str | None = None
    convert: Convert | None = None

    @property
    def is_stdin(self) -> bool:
        return str(self.root) == STDIN

    @property
    def given(self) -> str | None:
        """The kind as a suffix."""
        return f".{self.kind}" if self.kind else None


def size(corpus: Corpus) -> int | None:
    """Return the bytes of all files, or None for standard input. SourceError if there is nothing to read."""
    if corpus.is_stdin:
        return None
    return sum(found.size() for found in _find(corpus) if isinstance(found, Source))


def read(corpus: Corpus) -> Iterator[tuple[Read, int]]:
    """Yield what was read, each with the bytes that were read for it.

    A file of a folder that can't be read is rejected. SourceError if a single file, or nothing at all, can be read.
    """
    if corpus.is_stdin:
        source = Source(corpus.root, STDIN, corpus.given or _STDIN_KIND)
        with open(0, "rb", closefd=False) as file:
            yield from content.read(file, source, corpus.reading, corpus.encoding, corpus.convert)
        return
    is_folder = corpus.root.is_dir()
    skipped = files = 0
    for found in _find(corpus):
        if isinstance(found, Source):
            files += 1
            yield from _tried(found, corpus) if is_folder else _opened(found, corpus)
        else:
            skipped += isinstance(found, Skipped)
            files += isinstance(found, Rejection)
            yield found, 0
    if not files:
        why = "All of its files are skipped." if skipped else "It has no files."
        raise SourceError(f"There is nothing to import in {corpus.root}. {why}")


def _opened(source: Source, corpus: Corpus) -> Iterator[tuple[Read, int]]:
    try:
        with content.opened(source) as file:
            yield from content.read(file, source, corpus.reading, corpus.encoding, corpus.convert)
    except NotConvertedError:
        yield Skipped(source.name, "not converted in a dry run (--convert)"), source.size()


def _tried(source: Source, corpus: Corpus) -> Iterator[tuple[Read, int]]:
    """Read a file of a folder: the others are read if it can't be."""
    try:
        yield from _opened(source, corpus)
    except AnotherKindError:
        yield Skipped(source.name, "not a JSON array"), 0
    except FileError as error:
        yield Rejection(Location(source.name, error.location.line), None, error.reason), 0


def _find(corpus: Corpus) -> Iterator[Source | Skipped | Rejection]:
    root = corpus.root
    if root.is_dir():
        yield from Walk(root, corpus.given, corpus.follow_links, converts=bool(corpus.convert)).found()
    elif not root.is_file():
        raise SourceError(f"There is no file or folder {root}.")
    elif kind := corpus.given or kinds.of(root.name, converts=bool(corpus.convert)):
        yield Source(root, folder.name_of(Path(root.name)), kind)
    elif root.suffix.lower() in CONVERTED:
        raise SourceError(f"{root.name} must be converted; --convert does that.")
    else:
        raise SourceError(f"{root.name} has no known suffix; name its kind with --format: {', '.join(kinds.NAMES)}.")
