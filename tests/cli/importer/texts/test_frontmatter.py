"""The fields above Markdown: what is a block of fields, and what is text."""

import pytest

from embedder_cli.importer.texts import frontmatter


@pytest.mark.parametrize(
    "block",
    [
        "a: &name x",
        "a: &name x\nb: *name",
        "a: !!str x",
        "a: !private x",
        "a: 1\na: 2",
        "- a list",
        "a sentence",
        "%YAML 1.2",
        "# a comment alone",
        "a: " + "[" * 200,
        "a: " + "[" * 200 + "]" * 200,
        "\ta: 1",
        "a: [",
    ],
)
def test_a_block_that_is_no_plain_mapping_is_text(block):
    text = f"---\n{block}\n---\nBody.\n"
    page = frontmatter.split(text)
    assert (page.body, page.fields) == (text, {})


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        ("a: =\nb: ~\n1: x", {"a": "=", "b": None, "1": "x"}),
        ("a: 1.10\nb: 2024-01-02\nc: yes\nd: True", {"a": "1.10", "b": "2024-01-02", "c": "yes", "d": "True"}),
        ("'a b': >-\n  one\n  two", {"a b": "one two"}),
    ],
)
def test_values_stay_as_they_are_written(block, fields):
    assert frontmatter.split(f"---\n{block}\n---\nBody.\n").fields == fields


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\na: x # said\n---\n", True),
        ("---\na: x#y\nb: '#'\nc: |\n  # z\n---\n", False),
        ("+++\na = 1 # said\n+++\n", True),
        ('+++\na = \'#\'\nb = "\\"#"\nc = """\n#\n"""\n+++\n', False),
    ],
)
def test_comments_are_noticed(text, expected):
    page = frontmatter.split(text)
    assert (page.body, page.has_comments) == ("", expected)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("title: Foo: bar", True),
        ("date: {{date}}", True),
        ("A sentence.", False),
        ("See http://a.b", False),
    ],
)
def test_fields_that_can_not_be_read_are_noticed(block, expected):
    assert frontmatter.split(f"---\n{block}\n---\nBody.\n").is_broken == expected
