"""What the user of an import should know besides the counts, as sentences. Memory is bounded."""

from dataclasses import dataclass, field

from embedder_cli.importer.documents import BROKEN, COMMENTS, UNUSED, Remark

_MAX_NAMES = 20


@dataclass
class Remarks:
    """Fields that are not stored; encodings that were guessed, and kinds of remarks about Markdown, with their files.

    Of the files, there are the first one and their number.
    """

    encodings: dict[str, tuple[str, int]] = field(default_factory=dict)
    unused: set[str] = field(default_factory=set)
    more: bool = False
    pages: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, remark: Remark) -> None:
        if remark.kind == UNUSED:
            self._add_unused(remark.values)
            return
        for name in remark.values:
            _count(self.encodings, name, remark.file)
        if not remark.values:
            _count(self.pages, remark.kind, remark.file)

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
        if COMMENTS in self.pages:
            found.append(f"Comments in the fields of {_files(*self.pages[COMMENTS])} are not stored.")
        if BROKEN in self.pages:
            found.append(
                f"What looks like fields in {_files(*self.pages[BROKEN])} is no plain YAML or TOML. It is text."
            )
        return found


def _count(files: dict[str, tuple[str, int]], name: str, file: str) -> None:
    first, count = files.get(name, (file, 0))
    files[name] = (first, count + 1)


def _files(first: str, count: int) -> str:
    return first if count == 1 else f"{count:,} files, of which {first} is the first,"


def _guessed(name: str, first: str, count: int) -> str:
    were = "was" if count == 1 else "were"
    advice = "If words look wrong, name the encoding with --encoding."
    return f"{_files(first, count)} {were} read as {name}, which is a guess. {advice}"


def _by_position(count: int) -> str:
    documents = "1 record has an id that comes" if count == 1 else f"{count:,} records have ids that come"
    return f"{documents} from the position in the file. An inserted record changes all later ids; see --id-field."
