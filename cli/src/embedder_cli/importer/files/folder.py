"""The files of a folder: which are read, and which are skipped."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from embedder_cli.importer.documents import Location, Rejection, Skipped
from embedder_cli.importer.files import content, kinds
from embedder_cli.importer.files.content import Source
from embedder_cli.importer.files.conversion import CONVERTED
from embedder_cli.importer.lines import SourceError

_MAX_SUFFIX_CHARS = 20
_LINK = "a symbolic link (--follow-links reads it)"
_CYCLE = "a link to a folder that was read already"

Found = Source | Skipped | Rejection


@dataclass(frozen=True)
class Walk:
    """A walk through a folder and its folders, in the order of the names. Hidden files and folders are skipped.

    `given` is the kind of the files whose suffix is not known.
    """

    root: Path
    given: str | None = None
    follow_links: bool = False
    converts: bool = False
    _entered: set[tuple[int, int]] = field(default_factory=set)

    def found(self) -> Iterator[Found]:
        """Yield the files that are read, those that are skipped, and rejections of folders that can't be read."""
        faults: list[OSError] = []
        for path, folders, names in os.walk(self.root, followlinks=self.follow_links, onerror=faults.append):
            yield from map(self._unreadable, faults)
            faults.clear()
            if self._is_cycle(path):
                yield self._skipped(Path(path), _CYCLE)
                folders[:] = []
                continue
            skipped = dict(self._skipped_of(path, folders))
            yield from skipped.values()
            folders[:] = [name for name in sorted(folders) if name not in skipped]
            skipped = dict(self._skipped_of(path, names))
            yield from skipped.values()
            yield from (self._file(Path(path) / name) for name in sorted(names) if name not in skipped)
        yield from map(self._unreadable, faults)

    def _is_cycle(self, path: str) -> bool:
        try:
            status = Path(path).stat()
        except OSError:  # it has vanished
            return False
        is_cycle = (status.st_dev, status.st_ino) in self._entered
        self._entered.add((status.st_dev, status.st_ino))
        return is_cycle

    def _skipped_of(self, path: str, names: list[str]) -> Iterator[tuple[str, Skipped]]:
        for name in sorted(names):
            full = Path(path) / name
            if name.startswith("."):
                yield name, self._skipped(full, "hidden")
            elif not self.follow_links and full.is_symlink():
                yield name, self._skipped(full, _LINK)

    def _file(self, path: Path) -> Found:
        name = name_of(path.relative_to(self.root))
        if not path.is_file():
            is_broken = path.is_symlink() and not path.exists()
            return self._skipped(path, "a symbolic link to nothing" if is_broken else "not a file")
        if kind := kinds.of(path.name, converts=self.converts):
            return Source(path, name, kind)
        suffix = path.suffix.lower()[:_MAX_SUFFIX_CHARS] or "no suffix"
        if suffix in CONVERTED:
            return self._skipped(path, f"not converted ({suffix}; --convert does that)")
        if self.given is None:
            return self._skipped(path, f"of an unknown kind ({suffix}; --format names one)")
        source = Source(path, name, self.given)
        return self._skipped(path, f"not a text ({suffix})") if content.is_binary(source) else source

    def _skipped(self, path: Path, reason: str) -> Skipped:
        return Skipped(name_of(path.relative_to(self.root), packed=True), reason)

    def _unreadable(self, error: OSError) -> Rejection:
        path = Path(error.filename)
        if path == self.root:
            raise SourceError(f"{path} can't be read: {error.strerror}.")
        where = Location(name_of(path.relative_to(self.root)), 1)
        return Rejection(where, None, f"The folder can't be read: {error.strerror}.")


def name_of(path: Path, *, packed: bool = False) -> str:
    """Return the name of a file for its documents. Bytes that are not UTF-8 are escaped."""
    name = path.as_posix() if packed else kinds.unpacked(path.as_posix())
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
