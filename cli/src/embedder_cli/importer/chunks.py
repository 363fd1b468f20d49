"""Long texts in chunks of bounded size.

semantic-text-splitter divides a text: at paragraphs, then at sentences, words and characters.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from semantic_text_splitter import MarkdownSplitter, TextSplitter

_PART_CHARS = 64 * 1024  # a splitter gets parts of this size, because its time grows faster than the text
_SURROGATES = re.compile("[\ud800-\udfff]")

Splitter = TextSplitter | MarkdownSplitter


@dataclass(frozen=True)
class Chunk:
    """A piece of a file: its first line, its text, and its headings, beginning with the title of the file."""

    line: int
    text: str
    headings: tuple[str, ...] = ()


def of_text(lines: Iterable[str], limit: int) -> Iterator[Chunk]:
    """Yield the chunks of a plain text, each of as many paragraphs as fit into `limit` characters."""
    yield from divided(TextSplitter(limit), lines, 1, ())


def divided(splitter: Splitter, lines: Iterable[str], line: int, headings: tuple[str, ...]) -> Iterator[Chunk]:
    """Yield the chunks of a text below headings. `line` is the number of its first line."""
    for part in _parts(lines):
        end = 0
        # surrogates stand for bytes that are not UTF-8, and the splitters accept none
        for start, piece in splitter.chunk_indices(_SURROGATES.sub("\ufffd", part)):
            line += _breaks(part[end:start])
            end = start
            yield Chunk(line, part[start : start + len(piece)], headings)
        line += _breaks(part[end:])


def _breaks(text: str) -> int:
    """Return the number of line breaks: `\\n`, `\\r` or both."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _parts(lines: Iterable[str]) -> Iterator[str]:
    """Join lines to parts of about 64 Ki characters, which end at an empty line if there is one, and in no word."""
    held: list[str] = []
    size = 0
    for line in lines:
        for start in range(0, len(line), _PART_CHARS):
            held.append(line[start : start + _PART_CHARS])
            size += len(held[-1])
            if size >= 4 * _PART_CHARS or (size >= _PART_CHARS and not line.strip()):
                text = "".join(held)
                end = _end_of_word(text)
                yield text[:end]
                held, size = [text[end:]], len(text) - end
    yield "".join(held)


def _end_of_word(text: str) -> int:
    """Return where a part ends: behind its last space, if it is one of its last 64 Ki characters."""
    found = max(text.rfind(space, -_PART_CHARS) for space in " \t\r\n")
    return found + 1 or len(text)
