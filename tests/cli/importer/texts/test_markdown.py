"""Markdown as documents."""

from embedder_cli.importer.documents import Document, Location


def test_markdown_has_the_path_of_headings_as_title_and_its_source_in_metadata(read):
    [first, second] = read("guide.md", "# Guide\n\nHello.\n\n## Part\n\nWorld.\n")
    assert first == Document(
        "guide.md#1",
        "Hello.",
        Location("guide.md", 3),
        "Guide",
        {"source": "guide.md", "heading": "Guide"},
        part_of="guide.md",
    )
    assert (second.id, second.title) == ("guide.md#2", "Guide > Part")
