"""The sections of Markdown, each a heading and the text below it, in chunks. markdown-it finds the headings."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from semantic_text_splitter import MarkdownSplitter

from embedder_cli.importer.chunks import Chunk, divided

_NO_WORDS = re.compile(r"[\s\-*_=#]*")  # rules, and headings without a name
_BLOCKS = MarkdownIt("commonmark")
_BLOCKS.core.ruler.enableOnly(["block"])  # not "normalize", which replaces NUL characters

Outline = list[tuple[int, str]]  # level and text of the open headings


@dataclass(frozen=True)
class _Section:
    """A heading and the text up to the next one, with the numbers of their first lines."""

    heading_line: int
    line: int
    lines: list[str]
    outline: Outline

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.outline)

    def contains(self, other: "_Section | None") -> bool:
        """Return whether the next section is below this heading, so that its chunks have it in their titles."""
        if other is None or len(other.outline) <= len(self.outline):
            return False
        return other.outline[: len(self.outline)] == self.outline


def of_markdown(lines: Iterable[str], limit: int, *, title: str | None = None, line: int = 1) -> Iterator[Chunk]:
    """Yield the chunks of a Markdown file. None of them crosses a heading.

    A heading without a text, and without a heading below it, is a chunk of its own. `title` is that of the file, and
    `line` the number of the first line.
    """
    splitter = MarkdownSplitter(limit)
    body = "".join(lines).replace("\r\n", "\n").replace("\r", "\n")
    outline = [(0, title)] if title else []
    for section, following in pairwise([*_sections(body, outline, line), None]):
        assert section is not None
        if not _NO_WORDS.fullmatch("".join(section.lines)):
            yield from divided(splitter, section.lines, section.line, section.headings)
        elif section.headings and not section.contains(following):
            yield from divided(splitter, [section.headings[-1]], section.heading_line, section.headings)


def _sections(body: str, outline: Outline, line: int) -> Iterator[_Section]:
    lines = [part + "\n" for part in body.split("\n")]
    heading = start = 0
    for level, name, first, end in _headings(body):
        yield _Section(line + heading, line + start, lines[start:first], outline)
        outline = [entry for entry in outline if entry[0] < level] + [(level, name)]
        heading, start = first, end
    yield _Section(line + heading, line + start, lines[start:], outline)


def _headings(text: str) -> Iterator[tuple[int, str, int, int]]:
    """Yield level, text, and the range of lines of each heading that has a text and is not in a list or a quote."""
    tokens = _BLOCKS.parse(text)
    for token, content in pairwise(tokens):
        name = " ".join(content.content.split())
        if token.type == "heading_open" and token.level == 0 and token.map and name:
            yield int(token.tag[1:]), name, token.map[0], token.map[1]
