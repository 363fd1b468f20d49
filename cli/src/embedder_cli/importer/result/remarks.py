"""What the user of an import should know besides the counts, as sentences. Memory is bounded."""

from dataclasses import dataclass, field

from embedder_cli.importer.documents import COMMENTS, UNUSED, Remark

_MAX_NAMES = 20


@dataclass
class Remarks:
    """Encodings that were guessed, each with its first file and the number of files, and fields that are not stored."""

    encodings: dict[str, tuple[str, int]] = field(default_factory=dict)
    unused: set[str] = field(default_factory=set)
    more: bool = False
    comments: tuple[str, int] = ("", 0)

    def add(self, remark: Remark) -> None:
        if remark.kind == UNUSED:
            self._add_unused(remark.values)
            return
        if remark.kind == COMMENTS:
            self.comments = (self.comments[0] or remark.file, self.comments[1] + 1)
            return
        for name in remark.values:
            first, count = self.encodings.get(name, (remark.file, 0))
            self.encodings[name] = (first, count + 1)

    def _add_unused(self, names: tuple[str, ...]) -> None:
        for name in names:
            if len(self.unused) < _MAX_NAMES:
                self.unused.add(name)
            else:
                self.more |= name not in self.unused

    def sentences(self, by_position: int) -> list[str]:
        """Return the sentences. `by_position` is the number of records without an id."""
        found = [_guessed(name, *files) for name, files in self.encodings.items()]
        if by_position:
            found.append(_by_position(by_position))
        if self.unused:
            names = ", ".join(sorted(self.unused)) + (" and others" if self.more else "")
            found.append(f"Fields that are not stored: {names}. --metadata-field stores them.")
        if self.comments[1]:
            found.append(f"Comments in the fields of {_files(*self.comments)} are not stored.")
        return found


def _files(first: str, count: int) -> str:
    return first if count == 1 else f"{count:,} files, of which {first} is the first,"


def _guessed(name: str, first: str, count: int) -> str:
    were = "was" if count == 1 else "were"
    advice = "If words look wrong, name the encoding with --encoding."
    return f"{_files(first, count)} {were} read as {name}, which is a guess. {advice}"


def _by_position(count: int) -> str:
    documents = "1 record has an id that comes" if count == 1 else f"{count:,} records have ids that come"
    return f"{documents} from the position in the file. An inserted record changes all later ids; see --id-field."
