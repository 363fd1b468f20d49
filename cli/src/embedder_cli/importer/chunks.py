"""Long texts in pieces of bounded size: by headings, paragraphs, sentences, and at last anywhere. Pure: lines in.

A piece never crosses a heading. Fenced code stays together where it fits.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_MATTER = "---"
_TITLE = re.compile(r"title:[ \t]*(.+)")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n")

Numbered = Iterable[tuple[int, str]]


@dataclass(frozen=True)
class Chunk:
    """A piece of a file: where it begins, and the headings that it stands under, the file's title first."""

    line: int
    text: str
    headings: tuple[str, ...] = ()


@dataclass
class _Block:
    """Neighbouring lines that belong together."""

    line: int
    text: str
    headings: tuple[str, ...] = ()


@dataclass
class _Outline:
    """The headings that are open at a line of a Markdown file."""

    levels: list[tuple[int, str]] = field(default_factory=list)

    def open(self, level: int, name: str) -> None:
        self.levels = [(depth, text) for depth, text in self.levels if depth < level] + [(level, name)]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.levels)


def of_text(lines: Numbered, limit: int) -> Iterator[Chunk]:
    """Yield the pieces of a plain text: paragraphs, as many as fit into `limit` characters."""
    yield from _packed(_paragraphs(lines, limit), limit)


def of_markdown(lines: Numbered, limit: int) -> Iterator[Chunk]:
    """Yield the pieces of a Markdown file, section by section."""
    yield from _packed(_sections(lines, limit), limit)


def _paragraphs(lines: Numbered, limit: int) -> Iterator[_Block]:
    block: _Block | None = None
    for number, line in lines:
        if block and (not line.strip() or len(block.text) > limit):
            yield block
            block = None
        if line.strip():
            block = _grown(block, number, line, ())
    if block:
        yield block


def _grown(block: _Block | None, number: int, line: str, headings: tuple[str, ...]) -> _Block:
    if block is None:
        return _Block(number, line.rstrip(), headings)
    block.text += "\n" + line.rstrip()
    return block


def _sections(lines: Numbered, limit: int) -> Iterator[_Block]:
    """As paragraphs, with the headings above each; fenced code is one paragraph and holds no headings."""
    outline, block, fence = _Outline(), None, ""
    for number, line in _without_front_matter(lines, outline):
        heading = None if fence else _HEADING.match(line)
        ends = heading or (not line.strip() and not fence) or len(block.text if block else "") > limit
        if block and ends:
            yield block
            block = None
        if heading:
            outline.open(len(heading[1]), heading[2])
        elif line.strip() or fence:
            fence = _fence_after(line, fence)
            block = _grown(block, number, line, outline.names)
    if block:
        yield block


def _fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after this line; none is the empty string."""
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return found[1]
    closes = found[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _without_front_matter(lines: Numbered, outline: _Outline) -> Iterator[tuple[int, str]]:
    """Leave out a block between `---` at the top; its title is the file's."""
    inside = False
    for number, line in lines:
        if number == 1 and line.rstrip() == _FRONT_MATTER:
            inside = True
        elif not inside:
            yield number, line
        elif line.rstrip() == _FRONT_MATTER:
            inside = False
        elif found := _TITLE.match(line):
            outline.open(0, found[1].strip().strip("\"'"))


def _packed(blocks: Iterable[_Block], limit: int) -> Iterator[Chunk]:
    """Put neighbours under the same headings together while they fit."""
    held: Chunk | None = None
    for block in blocks:
        for piece in _pieces(block.text, limit):
            fits = held and held.headings == block.headings and len(held.text) + 2 + len(piece) <= limit
            if held and fits:
                held = Chunk(held.line, f"{held.text}\n\n{piece}", held.headings)
                continue
            if held:
                yield held
            held = Chunk(block.line, piece, block.headings)
    if held:
        yield held


def _pieces(text: str, limit: int) -> Iterator[str]:
    """Cut a text that is too long: at the end of a sentence or a line, else at a space, else anywhere."""
    while len(text) > limit:
        ends = [found.start() for found in _SENTENCE_END.finditer(text, 1, limit + 1)]
        place = ends[-1] if ends else text.rfind(" ", 1, limit + 1)
        cut = place if place > 0 else limit
        # a cut in the indentation leaves nothing before it
        if piece := text[:cut].rstrip():
            yield piece
        text = text[cut:].lstrip()
    if text.strip():
        yield text
