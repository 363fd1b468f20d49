"""Markdown in chunks: headings, fences, bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder_cli.importer import chunks
from embedder_cli.importer.chunks import Chunk
from embedder_cli.importer.texts import frontmatter, sections

GUIDE = """# Guide

First paragraph,
two lines.

Second paragraph.

## Install

```sh
# not a heading

make dev
```

### From source ###

Clone it.

## Use

Ask it.
"""


def lines(text):
    return text.splitlines(keepends=True)


def test_a_chunk_crosses_no_heading_and_has_the_path_of_its_headings():
    assert list(sections.of_markdown(lines(GUIDE), 1000)) == [
        Chunk(3, "First paragraph,\ntwo lines.\n\nSecond paragraph.", ("Guide",)),
        Chunk(10, "```sh\n# not a heading\n\nmake dev\n```", ("Guide", "Install")),
        Chunk(18, "Clone it.", ("Guide", "Install", "From source")),
        Chunk(22, "Ask it.", ("Guide", "Use")),
    ]


def test_front_matter_gives_the_title_and_no_text():
    page = frontmatter.split('---\ntitle: "A page"\ntags: [a]\n---\n\nBody.\n\n## Part\n\nMore.\n')
    assert page.fields == {"title": "A page", "tags": ["a"]}
    found = list(sections.of_markdown([page.body], 1000, title="A page", line=page.line))
    assert found == [Chunk(6, "Body.", ("A page",)), Chunk(10, "More.", ("A page", "Part"))]


def test_an_open_fence_at_the_end_of_a_file_is_kept():
    assert [chunk.text for chunk in sections.of_markdown(lines("```\ncode\n"), 100)] == ["```\ncode"]


@given(st.text(alphabet="ab .\n#`-", max_size=400), st.integers(5, 60))
def test_chunks_of_markdown_are_bounded_too(text, limit):
    assert all(0 < len(chunk.text) <= limit for chunk in sections.of_markdown(lines(text), limit))


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Title\n=====\n\nbody\n", ("Title",)),
        ("> # quoted\n>\n> body\n", ()),
        ("- # in a list\n", ()),
        ("    # indented code\n", ()),
        ("~~~\n# fenced\n~~~\n", ()),
        ("#no heading\n", ()),
    ],
)
def test_headings_are_those_of_commonmark(text, headings):
    [chunk] = sections.of_markdown(lines(text), 1000)
    assert chunk.headings == headings


def test_lines_are_counted_across_parts_and_line_endings():
    """A text is split in parts of 64 Ki characters; the numbers of lines go on."""
    text = "".join(f"line {number}\r\n\r\n" for number in range(6_000))
    for split in (chunks.of_text, sections.of_markdown):
        for chunk in split([text] if split is sections.of_markdown else lines(text), 50):
            assert chunk.line == int(chunk.text.split()[1]) * 2 + 1


def test_each_of_two_equal_headings_is_stored():
    found = list(sections.of_markdown(["# Notes\n# Notes\n\nText.\n"], 1000))
    assert found == [Chunk(1, "Notes", ("Notes",)), Chunk(4, "Text.", ("Notes",))]


def test_a_nul_character_in_a_heading_is_not_replaced():
    [chunk] = sections.of_markdown(["# a\0b\n\ntext\n"], 1000)
    assert chunk.headings == ("a\0b",)
