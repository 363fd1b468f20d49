"""Lines of a file with bounded memory."""

from collections.abc import Iterator
from typing import BinaryIO

from embedder_cli.importer.documents import Location

MAX_RECORD_BYTES = 16 * 1024 * 1024  # a service accepts requests of 4 MiB by default


class SourceError(Exception):
    """The source can't be read; the message is one sentence to act on."""


class Lines:
    """The lines of a file as text. Bytes that are not UTF-8 become surrogates, so that their record can be rejected.

    `begin` begins another record. SourceError if a record is larger than the limit.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._left = MAX_RECORD_BYTES
        self.number = 0

    def begin(self) -> None:
        """Begin a record: its size counts from here."""
        self._left = MAX_RECORD_BYTES

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(self._left + 1):
            self.number += 1
            self._take(len(line), self.number)
            yield line.decode("utf-8-sig" if self.number == 1 else "utf-8", "surrogateescape")

    def each(self) -> Iterator[str]:
        """Yield the lines, each of which is a record."""
        for line in self:
            self.begin()
            yield line

    def read(self, size: int = 65536) -> bytes:
        """Return the next bytes, for a reader that needs no lines. `number` stays as it is."""
        data = self._file.read(size)
        self._take(len(data), self.number + 1)
        return data

    def _take(self, size: int, number: int) -> None:
        self._left -= size
        if self._left < 0:
            where = Location(self._name, number)
            raise SourceError(f"{where}: a record has more than {MAX_RECORD_BYTES // 2**20} MiB; is a quote missing?")
