"""Long texts in chunks of bounded size.

markdown-it finds the headings of Markdown. semantic-text-splitter divides the text between them: at paragraphs, then at
sentences, words and characters. It keeps fenced code together if it fits.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from semantic_text_splitter import MarkdownSplitter, TextSplitter

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^title:[ \t]*(.+)", re.MULTILINE)
_PART_CHARS = 64 * 1024  # a splitter gets parts of this size, because its time grows faster than the text
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLOCKS = MarkdownIt("commonmark")
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])

Splitter = TextSplitter | MarkdownSplitter
Outline = list[tuple[int, str]]  # level and text of the open headings


@dataclass(frozen=True)
class Chunk:
    """A piece of a file: its first line, its text, and its headings, beginning with the title of the file."""

    line: int
    text: str
    headings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Section:
    """The text between two headings; `line` is the number of its first line."""

    line: int
    lines: list[str]
    headings: tuple[str, ...]


def of_text(lines: Iterable[str], limit: int) -> Iterator[Chunk]:
    """Yield the chunks of a plain text, each of as many paragraphs as fit into `limit` characters."""
    yield from _chunks(TextSplitter(limit), lines, 1, ())


def of_markdown(lines: Iterable[str], limit: int) -> Iterator[Chunk]:
    """Yield the chunks of a Markdown file. None of them crosses a heading."""
    splitter = MarkdownSplitter(limit)
    for section in _sections("".join(lines).replace("\r\n", "\n").replace("\r", "\n")):
        yield from _chunks(splitter, section.lines, section.line, section.headings)


def _sections(text: str) -> Iterator[_Section]:
    outline, body = _front_matter(text)
    line = text.count("\n", 0, len(text) - len(body)) + 1
    lines = [part + "\n" for part in body.split("\n")]
    start = 0
    for level, name, first, end in _headings(body):
        yield _Section(line + start, lines[start:first], _names(outline))
        outline = [entry for entry in outline if entry[0] < level] + [(level, name)]
        start = end
    yield _Section(line + start, lines[start:], _names(outline))


def _front_matter(text: str) -> tuple[Outline, str]:
    """Split a block between `---` from the beginning. Its title is that of the file."""
    found = _FRONT_MATTER.match(text)
    if not found:
        return [], text
    title = _TITLE.search(found[1])
    return [(0, title[1].strip().strip("\"'"))] if title else [], text[found.end() :]


def _headings(text: str) -> Iterator[tuple[int, str, int, int]]:
    """Yield level, text, and the range of lines of each heading that is not in a list or a quote."""
    tokens = _BLOCKS.parse(text)
    for token, content in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            yield int(token.tag[1:]), content.content, token.map[0], token.map[1]


def _names(outline: Outline) -> tuple[str, ...]:
    return tuple(name for _, name in outline if name)


def _chunks(splitter: Splitter, lines: Iterable[str], line: int, headings: tuple[str, ...]) -> Iterator[Chunk]:
    for part in _parts(lines):
        end = 0
        # surrogates stand for bytes that are not UTF-8, and the splitters accept none
        for start, piece in splitter.chunk_indices(_SURROGATES.sub("\ufffd", part)):
            line += part.count("\n", end, start)
            end = start
            yield Chunk(line, part[start : start + len(piece)], headings)
        line += part.count("\n", end)


def _parts(lines: Iterable[str]) -> Iterator[str]:
    """Join lines to parts of about 64 Ki characters, which end at an empty line if there is one."""
    held: list[str] = []
    size = 0
    for line in lines:
        for start in range(0, len(line), _PART_CHARS):
            held.append(line[start : start + _PART_CHARS])
            size += len(held[-1])
            if size >= 4 * _PART_CHARS or (size >= _PART_CHARS and not line.strip()):
                yield "".join(held)
                held, size = [], 0
    yield "".join(held)
