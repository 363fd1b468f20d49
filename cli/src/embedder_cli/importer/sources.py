"""A file, a folder or standard input as one stream of documents, in the same order every time."""

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from embedder_cli.importer.lines import Lines, SourceError
from embedder_cli.importer.readers import READERS, Found, NotAnArrayError, Reading

STDIN = "-"
KINDS = tuple(suffix.removeprefix(".") for suffix in READERS)
_GZIP_SUFFIX = ".gz"
_GZIP_MAGIC = b"\x1f\x8b"
_STDIN_KIND = ".jsonl"


@dataclass(frozen=True)
class Corpus:
    """What is imported, and how it is read. `kind` is for standard input and for a file without a known suffix."""

    root: Path
    kind: str | None = None
    follow_links: bool = False
    reading: Reading = field(default_factory=Reading)

    @property
    def is_stdin(self) -> bool:
        return str(self.root) == STDIN


@dataclass(frozen=True)
class FileEnd:
    """All documents of a file were read."""

    file: str


@dataclass(frozen=True)
class _Source:
    """A file, and its name relative to the folder, which its documents get."""

    path: Path
    name: str
    kind: str


Skip = Callable[[str], None]


def size(corpus: Corpus) -> int | None:
    """Return the bytes of all files, or None for standard input. SourceError if there is nothing to read."""
    if corpus.is_stdin:
        return None
    return sum(source.path.stat().st_size for source in _find(corpus, lambda _: None))


def read(corpus: Corpus, skip: Skip) -> Iterator[tuple[Found | FileEnd, int]]:
    """Yield documents, rejections and ends of files, each with the bytes that were read for it.

    `skip` gets the reason for each file that is skipped.
    """
    if corpus.is_stdin:
        kind = f".{corpus.kind}" if corpus.kind else _STDIN_KIND
        with open(0, "rb", closefd=False) as file:
            yield from _read(file, _Source(corpus.root, STDIN, kind), corpus.reading)
        return
    for source in _find(corpus, skip):
        try:
            with source.path.open("rb") as file:
                yield from _read(file, source, corpus.reading)
        except NotAnArrayError:
            if not corpus.root.is_dir():
                raise
            skip("not a JSON array")


def _read(file: BinaryIO, source: _Source, reading: Reading) -> Iterator[tuple[Found | FileEnd, int]]:
    before = 0
    with _reported(source.name):
        lines = Lines(_unpacked(file), source.name)
        for found in READERS[source.kind](lines, source.name, reading):
            position = _position(file)
            yield found, position - before
            before = position
        yield FileEnd(source.name), _position(file) - before


@contextmanager
def _reported(name: str) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise SourceError(f"{name} is not a complete gzip file: {error}.") from error
    except OSError as error:
        raise SourceError(f"{name} can't be read: {error.strerror or error}.") from error


def _unpacked(file: BinaryIO) -> BinaryIO:
    """Return the file, decompressed if it begins as gzip files do."""
    is_packed = cast(io.BufferedReader, file).peek(2)[:2] == _GZIP_MAGIC
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_packed else file


def _position(file: BinaryIO) -> int:
    return file.tell() if file.seekable() else 0


def _find(corpus: Corpus, skip: Skip) -> Iterator[_Source]:
    root = corpus.root
    if root.is_dir():
        yield from _walk(root, corpus.follow_links, skip)
    elif not root.is_file():
        raise SourceError(f"There is no file or folder {root}.")
    elif kind := f".{corpus.kind}" if corpus.kind else _kind(root.name):
        yield _Source(root, _unpacked_name(root.name), kind)
    else:
        raise SourceError(f"{root.name} has no known suffix; name its kind with --format: {', '.join(KINDS)}.")


def _walk(root: Path, follow_links: bool, skip: Skip) -> Iterator[_Source]:
    """Yield the files of a folder. Hidden files and folders are ignored."""
    entered: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(root, followlinks=follow_links):
        status = Path(folder).stat()
        is_cycle = (status.st_dev, status.st_ino) in entered  # a link to a folder that was read already
        entered.add((status.st_dev, status.st_ino))
        kept = [] if is_cycle else [path for path in _visible(folder, folders) if _may_follow(path, follow_links, skip)]
        folders[:] = [path.name for path in kept]
        for path in () if is_cycle else _visible(folder, names):
            if _may_follow(path, follow_links, skip) and (kind := _known_kind(path, skip)):
                yield _Source(path, _unpacked_name(path.relative_to(root).as_posix()), kind)


def _visible(folder: str, names: list[str]) -> list[Path]:
    return [Path(folder) / name for name in sorted(names) if not name.startswith(".")]


def _may_follow(path: Path, follow_links: bool, skip: Skip) -> bool:
    if follow_links or not path.is_symlink():
        return True
    skip("a symbolic link (--follow-links reads it)")
    return False


def _known_kind(path: Path, skip: Skip) -> str | None:
    kind = _kind(path.name) if path.is_file() else None
    if not kind:
        skip("of an unknown kind")
    return kind


def _kind(name: str) -> str | None:
    suffix = Path(_unpacked_name(name)).suffix.lower()
    return suffix if suffix in READERS else None


def _unpacked_name(name: str) -> str:
    return name[: -len(_GZIP_SUFFIX)] if name.lower().endswith(_GZIP_SUFFIX) else name
