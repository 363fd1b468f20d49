"""What the user of an import should know besides the counts, as sentences. Memory is bounded."""

from dataclasses import dataclass, field

from embedder_cli.importer.documents import UNUSED, Remark

_MAX_NAMES = 20


@dataclass
class Remarks:
    """Encodings that were guessed, each with its first file and the number of files, and fields that are not stored."""

    encodings: dict[str, tuple[str, int]] = field(default_factory=dict)
    unused: set[str] = field(default_factory=set)
    more: bool = False

    def add(self, remark: Remark) -> None:
        if remark.kind == UNUSED:
            self._add_unused(remark.values)
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
        return found


def _guessed(name: str, first: str, count: int) -> str:
    files = f"{first} was" if count == 1 else f"{count} files, of which {first} is the first, were"
    return f"{files} read as {name}, which is a guess. If words look wrong, name the encoding with --encoding."


def _by_position(count: int) -> str:
    documents = "1 record has an id that comes" if count == 1 else f"{count:,} records have ids that come"
    return f"{documents} from the position in the file. An inserted record changes all later ids; see --id-field."
