"""Lines of a file with bounded memory."""

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from embedder_cli.importer.documents import Location

MAX_RECORD_BYTES = 16 * 1024 * 1024  # a service accepts requests of 4 MiB by default
_TOO_LARGE = (
    f"A record or a Markdown file has more than {MAX_RECORD_BYTES // 2**20} MiB here. Divide it, or look for a missing "
    "quote or line break."
)
_MARK = "\ufeff"  # a byte order mark


class SourceError(Exception):
    """The source can't be read; the message is one sentence to act on."""


class FileError(SourceError):
    """A file that can't be read to its end. `reason` is one sentence about it, without its name."""

    def __init__(self, location: Location, reason: str) -> None:
        super().__init__(f"{location if location.line > 1 else location.file}: {reason}")
        self.location = location
        self.reason = reason


class AnotherKindError(FileError):
    """A JSON file that holds something else than records."""


class Lines:
    """The lines of a file as text. Bytes that can't be decoded become surrogates, so that their record can be rejected.

    A line ends with `\\n`, `\\r` or both. `begin` begins another record. FileError if a record is larger than the
    limit, UnicodeError if the rest of the file can't be decoded.
    """

    def __init__(self, file: BinaryIO, name: str, encoding: str = "utf-8") -> None:
        self._text = io.TextIOWrapper(cast(io.BufferedReader, file), encoding, "surrogateescape", newline="")
        self._name = name
        self._left = MAX_RECORD_BYTES
        self._has_begun = False
        self.number = 0

    def begin(self) -> None:
        """Begin a record: its size counts from here."""
        self._left = MAX_RECORD_BYTES

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(self._left + 1):
            self.number += 1
            self._take(len(line), self.number)
            yield line.removeprefix(_MARK) if self.number == 1 else line

    def each(self) -> Iterator[str]:
        """Yield the lines, each of which is a record."""
        for line in self:
            self.begin()
            yield line

    def read(self, size: int) -> str:
        """Return the next characters, for a reader that needs no lines."""
        text = self._text.read(size)
        if not self._has_begun:
            self._has_begun = True
            text = text.removeprefix(_MARK)
        self._take(len(text), self.number + 1)
        self.number += text.count("\n")
        return text

    def release(self) -> None:
        """Leave the file open."""
        self._text.detach()

    def _take(self, size: int, number: int) -> None:
        self._left -= size
        if self._left < 0:
            raise FileError(Location(self._name, number), _TOO_LARGE)
