"""Long texts in pieces: headings, paragraphs, fences, bounds."""

from hypothesis import given
from hypothesis import strategies as st

from embedder_cli.importer import chunks
from embedder_cli.importer.chunks import Chunk

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


def numbered(text):
    return list(enumerate(text.splitlines(keepends=True), 1))


def test_a_piece_never_crosses_a_heading_and_knows_the_path_to_it():
    assert list(chunks.of_markdown(numbered(GUIDE), 1000)) == [
        Chunk(3, "First paragraph,\ntwo lines.\n\nSecond paragraph.", ("Guide",)),
        Chunk(10, "```sh\n# not a heading\n\nmake dev\n```", ("Guide", "Install")),
        Chunk(18, "Clone it.", ("Guide", "Install", "From source")),
        Chunk(22, "Ask it.", ("Guide", "Use")),
    ]


def test_front_matter_gives_the_title_and_no_text():
    text = '---\ntitle: "A page"\ntags: [a]\n---\n\nBody.\n\n## Part\n\nMore.\n'
    found = [(chunk.text, chunk.headings) for chunk in chunks.of_markdown(numbered(text), 1000)]
    assert found == [("Body.", ("A page",)), ("More.", ("A page", "Part"))]


def test_paragraphs_that_fit_stay_together():
    found = list(chunks.of_text(numbered("one\n\ntwo\n\nthree\n"), 9))
    assert found == [Chunk(1, "one\n\ntwo"), Chunk(5, "three")]


def test_a_long_paragraph_is_cut_at_a_sentence_then_at_a_space_then_anywhere():
    assert [chunk.text for chunk in chunks.of_text(numbered("One is. Two is it."), 12)] == ["One is.", "Two is it."]
    assert [chunk.text for chunk in chunks.of_text(numbered("aaa bbb ccc"), 8)] == ["aaa bbb", "ccc"]
    assert [chunk.text for chunk in chunks.of_text(numbered("猫" * 10), 4)] == ["猫猫猫猫", "猫猫猫猫", "猫猫"]


def test_an_open_fence_at_the_end_of_a_file_is_kept():
    assert [chunk.text for chunk in chunks.of_markdown(numbered("```\ncode\n"), 100)] == ["```\ncode"]


def test_an_indentation_is_no_piece_of_its_own():
    assert [chunk.text for chunk in chunks.of_text(numbered("     aaaa bbb"), 6)] == ["aaaa", "bbb"]


@given(st.text(alphabet="ab .\n#`-", max_size=400), st.integers(5, 60))
def test_no_piece_is_over_the_limit_and_no_letter_is_lost(text, limit):
    found = list(chunks.of_text(numbered(text), limit))
    assert all(0 < len(chunk.text) <= limit for chunk in found)
    assert "".join("".join(chunk.text for chunk in found).split()) == "".join(text.split())


@given(st.text(alphabet="ab .\n#`-", max_size=400), st.integers(5, 60))
def test_markdown_pieces_are_bounded_too(text, limit):
    assert all(0 < len(chunk.text) <= limit for chunk in chunks.of_markdown(numbered(text), limit))
