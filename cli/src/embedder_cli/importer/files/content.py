"""One file: unpacked, decoded or converted, and read."""

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from embedder_cli.importer.documents import GUESSED, FileEnd, Location, Read, Rejection, Remark
from embedder_cli.importer.files import encoding, kinds
from embedder_cli.importer.files.conversion import CONVERTED, MAX_FILE_BYTES, ConversionError, Convert
from embedder_cli.importer.files.encoding import Encoding
from embedder_cli.importer.lines import FileError, Lines
from embedder_cli.importer.records.reading import Reading

_GZIP_MAGIC = b"\x1f\x8b"
_NOT_TEXT = "The file is not a text, or its encoding can't be detected; name it with --encoding."
_CHANGED = "The file changed while it was read. Run the same command again."


@dataclass(frozen=True)
class Source:
    """A file, and its name relative to the folder, which its documents get."""

    path: Path
    name: str
    kind: str

    def size(self) -> int:
        """Return the bytes of the file, or 0 if it can't be opened."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Open a file. FileError if it can't be read."""
    try:
        with source.path.open("rb") as file:
            yield file
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise FileError(Location(source.name, 1), f"The file is not complete as gzip: {error}.") from error
    except OSError as error:
        raise FileError(Location(source.name, 1), f"The file can't be read: {error.strerror or error}.") from error


def read(
    file: BinaryIO, source: Source, reading: Reading, given: str | None, convert: Convert | None
) -> Iterator[tuple[Read, int]]:
    """Yield what is in a file, each with the bytes that were read for it. `given` is the name of its encoding."""
    before, done = _stamp(file), 0
    try:
        for found in _documents(file, source, reading, given, convert):
            position = _position(file)
            yield found, position - done
            done = position
    except _LostError as error:
        yield Rejection(error.location, None, error.reason), _position(file) - done
    else:
        end = FileEnd(source.name) if _stamp(file) == before else Rejection(Location(source.name, 1), None, _CHANGED)
        yield end, _position(file) - done


class _LostError(FileError):
    """The file is rejected, even if it is the only one."""


def _stamp(file: BinaryIO) -> tuple[int, int] | None:
    """Return what changes with a file; None for a pipe."""
    if not file.seekable():
        return None
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _documents(
    file: BinaryIO, source: Source, reading: Reading, given: str | None, convert: Convert | None
) -> Iterator[Read]:
    if convert and source.kind in CONVERTED:
        lines = Lines(io.BytesIO(_converted(file, source, convert)), source.name)
        yield from kinds.reader(kinds.MARKDOWN)(lines, source.name, reading)
        return
    unpacked = _unpacked(file)
    found = _encoding(unpacked, source, given)
    if found.is_guess:
        yield Remark(GUESSED, source.name, (found.name,))
    lines = Lines(unpacked, source.name, found.name)
    try:
        yield from kinds.reader(source.kind)(lines, source.name, reading)
    except UnicodeError as error:
        raise _LostError(Location(source.name, lines.number + 1), _not_text_in(found.name)) from error
    finally:
        lines.release()


def _not_text_in(name: str) -> str:
    return f"Near this line, the file is not text in {name}, and not all of it was read; see --encoding."


def _converted(file: BinaryIO, source: Source, convert: Convert) -> bytes:
    try:
        return convert(source.name, file.read(MAX_FILE_BYTES + 1)).encode("utf-8", "surrogatepass")
    except ConversionError as error:
        raise _LostError(Location(source.name, 1), str(error)) from error


def _encoding(file: BinaryIO, source: Source, given: str | None) -> Encoding:
    head = encoding.head_of(file)
    if given:
        return Encoding(given)
    found = encoding.detect(head, may_guess=source.kind not in kinds.JSON_KINDS)
    # NUL characters say that a text is in another encoding
    if not found or (source.kind in kinds.TEXT_KINDS and "\0" in head.decode(found.name, "replace")):
        raise _LostError(Location(source.name, 1), _NOT_TEXT)
    return found


def is_binary(source: Source) -> bool:
    """Return whether a file is not a text. One that can't be read is rejected when it is read."""
    try:
        with opened(source) as file:
            return encoding.detect(encoding.head_of(_unpacked(file)), may_guess=True) is None
    except FileError:
        return False


def _unpacked(file: BinaryIO) -> BinaryIO:
    """Return the file, decompressed if it begins as gzip files do."""
    is_packed = cast(io.BufferedReader, file).peek(2)[:2] == _GZIP_MAGIC
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_packed else file


def _position(file: BinaryIO) -> int:
    return file.tell() if file.seekable() else 0
