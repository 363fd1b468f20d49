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

from embedder_cli.importer import encoding
from embedder_cli.importer.conversion import CONVERTED, MAX_FILE_BYTES, ConversionError, Convert, NotConvertedError
from embedder_cli.importer.documents import FileEnd, Location, Rejection, Remark
from embedder_cli.importer.encoding import Encoding
from embedder_cli.importer.lines import Lines, SourceError
from embedder_cli.importer.readers import JSON_KINDS, READERS, TEXT_KINDS, Read, Reading, markdown
from embedder_cli.importer.records import NotAnArrayError

STDIN = "-"
KINDS = tuple(suffix.removeprefix(".") for suffix in READERS)
GUESSED = "guessed"
_GZIP_SUFFIX = ".gz"
_MAX_SUFFIX_CHARS = 20
_GZIP_MAGIC = b"\x1f\x8b"
_STDIN_KIND = ".jsonl"
_NOT_TEXT = "The file is not a text, or its encoding can't be detected; name it with --encoding."


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


@dataclass(frozen=True)
class _Source:
    """A file, and its name relative to the folder, which its documents get."""

    path: Path
    name: str
    kind: str


Skip = Callable[[str, str], None]
"""Gets the name of a file that is skipped, and why."""


def size(corpus: Corpus) -> int | None:
    """Return the bytes of all files, or None for standard input. SourceError if there is nothing to read."""
    if corpus.is_stdin:
        return None
    return sum(source.path.stat().st_size for source in _find(corpus, lambda *_: None))


def read(corpus: Corpus, skip: Skip) -> Iterator[tuple[Read, int]]:
    """Yield documents, rejections, remarks and ends of files, each with the bytes that were read for it."""
    if corpus.is_stdin:
        kind = f".{corpus.kind}" if corpus.kind else _STDIN_KIND
        with open(0, "rb", closefd=False) as file:
            yield from _read(file, _Source(corpus.root, STDIN, kind), corpus)
        return
    for source in _find(corpus, skip):
        try:
            with _reported(source.name), source.path.open("rb") as file:
                yield from _read(file, source, corpus)
        except NotConvertedError:
            skip(source.name, "not converted in a dry run (--convert)")
        except NotAnArrayError:
            if not corpus.root.is_dir():
                raise
            skip(source.name, "not a JSON array")


def _read(file: BinaryIO, source: _Source, corpus: Corpus) -> Iterator[tuple[Read, int]]:
    if corpus.convert and source.kind in CONVERTED:
        yield from _converted(file, source, corpus, corpus.convert)
        return
    unpacked = _unpacked(file)
    found = _encoding(unpacked, source.kind, corpus.encoding)
    if found is None:
        yield Rejection(Location(source.name, 1), None, _NOT_TEXT), 0
        return
    if found.is_guess:
        yield Remark(GUESSED, source.name, (found.name,)), 0
    lines = Lines(unpacked, source.name, found.name)
    before = 0
    try:
        for document in READERS[source.kind](lines, source.name, corpus.reading):
            position = _position(file)
            yield document, position - before
            before = position
        yield FileEnd(source.name), _position(file) - before
    except UnicodeError:
        where = Location(source.name, lines.number + 1)
        yield (
            Rejection(
                where,
                None,
                f"Near this line, the file is not text in {found.name}, and not all of it was read; see --encoding.",
            ),
            0,
        )
    finally:
        lines.release()


def _converted(file: BinaryIO, source: _Source, corpus: Corpus, convert: Convert) -> Iterator[tuple[Read, int]]:
    try:
        text = convert(source.name, file.read(MAX_FILE_BYTES + 1))
    except ConversionError as error:
        yield Rejection(Location(source.name, 1), None, str(error)), _position(file)
        return
    lines = Lines(io.BytesIO(text.encode("utf-8", "surrogatepass")), source.name)
    for document in markdown(lines, source.name, corpus.reading):
        yield document, 0
    yield FileEnd(source.name), _position(file)


def _encoding(file: BinaryIO, kind: str, given: str | None) -> Encoding | None:
    """Return the encoding of a file. None: it is not a text, or its NUL characters say that it is in another one."""
    head = encoding.head_of(file)
    if given:
        return Encoding(given)
    found = encoding.detect(head, may_guess=kind not in JSON_KINDS)
    if found and kind in TEXT_KINDS and "\0" in head.decode(found.name, "replace"):
        return None
    return found


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
    given = f".{corpus.kind}" if corpus.kind else None
    if root.is_dir():
        yield from _walk(corpus, given, skip)
    elif not root.is_file():
        raise SourceError(f"There is no file or folder {root}.")
    elif kind := given or _kind(root.name, corpus):
        yield _Source(root, _name(Path(root.name)), kind)
    elif root.suffix.lower() in CONVERTED:
        raise SourceError(f"{root.name} must be converted; --convert does that.")
    else:
        raise SourceError(f"{root.name} has no known suffix; name its kind with --format: {', '.join(KINDS)}.")


def _walk(corpus: Corpus, given: str | None, skip: Skip) -> Iterator[_Source]:
    """Yield the files of a folder. Hidden files and folders are skipped."""
    root, follow_links = corpus.root, corpus.follow_links
    entered: set[tuple[int, int]] = set()

    def told(path: Path, reason: str) -> None:
        skip(_name(path.relative_to(root), packed=True), reason)

    def unreadable(error: OSError) -> None:
        told(Path(error.filename), f"a folder that can't be read: {error.strerror}")

    for folder, folders, names in os.walk(root, followlinks=follow_links, onerror=unreadable):
        status = Path(folder).stat()
        is_cycle = (status.st_dev, status.st_ino) in entered  # a link to a folder that was read already
        entered.add((status.st_dev, status.st_ino))
        if is_cycle:
            told(Path(folder), "a link to a folder that was read already")
            folders[:] = []
            continue
        folders[:] = [path.name for path in _visible(folder, folders, told) if _may_follow(path, follow_links, told)]
        for path in _visible(folder, names, told):
            if _may_follow(path, follow_links, told) and (kind := _known_kind(path, corpus, given, told)):
                yield _Source(path, _name(path.relative_to(root)), kind)


Told = Callable[[Path, str], None]


def _visible(folder: str, names: list[str], told: Told) -> Iterator[Path]:
    for name in sorted(names):
        if name.startswith("."):
            told(Path(folder) / name, "hidden")
        else:
            yield Path(folder) / name


def _may_follow(path: Path, follow_links: bool, told: Told) -> bool:
    if follow_links or not path.is_symlink():
        return True
    told(path, "a symbolic link (--follow-links reads it)")
    return False


def _known_kind(path: Path, corpus: Corpus, given: str | None, told: Told) -> str | None:
    if not path.is_file():
        told(path, "not a file")
        return None
    if kind := _kind(path.name, corpus):
        return kind
    suffix = Path(path.name).suffix.lower()[:_MAX_SUFFIX_CHARS] or "no suffix"
    if suffix in CONVERTED:
        told(path, f"not converted ({suffix}; --convert does that)")
        return None
    if given is None:
        told(path, f"of an unknown kind ({suffix}; --format names one)")
    elif _is_binary(path):
        told(path, f"not a text ({suffix})")
        return None
    return given


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return encoding.detect(encoding.head_of(_unpacked(file)), may_guess=True) is None


def _kind(name: str, corpus: Corpus) -> str | None:
    if corpus.convert and Path(name).suffix.lower() in CONVERTED:
        return Path(name).suffix.lower()
    suffix = Path(_unpacked_name(name)).suffix.lower()
    return suffix if suffix in READERS else None


def _name(path: Path, *, packed: bool = False) -> str:
    """Return the name of a file for its documents. Bytes that are not UTF-8 are escaped."""
    name = path.as_posix() if packed else _unpacked_name(path.as_posix())
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _unpacked_name(name: str) -> str:
    return name[: -len(_GZIP_SUFFIX)] if name.lower().endswith(_GZIP_SUFFIX) else name
