"""No word of Markdown or of a text is lost or altered: the chunks and their titles are the source, letter by letter."""

import io
import re
import tomllib
from bisect import bisect_right

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from embedder_cli.importer.documents import COMMENTS, UNUSED, Document, Rejection, Remark
from embedder_cli.importer.lines import Lines
from embedder_cli.importer.records.reading import Reading
from embedder_cli.importer.texts import frontmatter, markdown, plain
from tests.cli.importer.texts.pages import pages

LETTER = re.compile(r"[^\W_]")
WORD = re.compile(r"[^\W_]+")
LIMITS = st.integers(5, 60) | st.just(2000)


def read(reader, text, limit):
    lines = Lines(io.BytesIO(text.encode("utf-8", "surrogatepass")), "source.md")
    return [*reader.read(lines, "source.md", Reading(chunk_chars=limit))]


def normal(text):
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def letters(text, line=1):
    """Return the letters of a text, each with the number of its line and its offset."""
    found = [(match[0], match.start()) for match in LETTER.finditer(text)]
    ends = [match.end() for match in re.finditer("\n", text)]
    return [(letter, line + bisect_right(ends, at), at) for letter, at in found]


def joined(texts):
    return "".join(letter for text in texts for letter in LETTER.findall(text))


def check(body, first, found, limit):
    """Assert that chunks, in their order and from their lines on, have all letters of a text.

    What is between two chunks are headings, and the title of the later one ends with them.
    """
    left = letters(body, first)
    at = 0
    for item in found:
        start = at
        while at < len(left) and left[at][1] < item.location.line:
            at += 1
        between = "".join(letter for letter, *_ in left[start:at])
        assert any(title.endswith(between) for title in (joined([item.title]), title_above(item)))
        if at == start > 0:
            must_not_divide_a_word(body, left[at - 1 : at + 1], limit)
        held = LETTER.findall(item.text)
        assert [letter for letter, *_ in left[at : at + len(held)]] == held
        at += len(held)
    assert left[at:] == []


def title_above(item):
    """Return the letters of a title, without a heading that is the text of the chunk itself."""
    title, heading, text = (
        "".join(LETTER.findall(part)) for part in (item.title, item.metadata.get("heading", ""), item.text)
    )
    return title.removesuffix(heading) if text and text in heading else title


def must_not_divide_a_word(body, around, limit):
    """Words of ASCII letters are divided only if they, and what is around them up to a space, exceed the limit."""
    before, after = around[0], around[-1]
    if after[2] == before[2] + 1 and (before[0] + after[0]).isascii():
        run = re.search(r"\S*$", body[: after[2]])[0] + re.match(r"\S*", body[after[2] :])[0]
        assert len(run) > limit


@given(pages(), LIMITS)
@example("# A\n# A\n", 60)
@example("# A\n# A\n## B\n", 60)
@example("---\ntitle: True\n---\n", 60)
@example("---\ntitle: a # b\n---\n", 60)
@example("# A\n##\n", 60)
def test_every_letter_of_markdown_is_in_a_chunk_or_its_title(text, limit):
    found = read(markdown, text, limit)
    if rejected := [item for item in found if isinstance(item, Rejection)]:
        assert found == rejected
        return
    page = frontmatter.split(normal(text))
    stored = [item for item in found if isinstance(item, Document)]
    dropped = normal(text).removesuffix(page.body)
    told = [item for item in found if isinstance(item, Remark)]
    assert words_of_fields_that_are_lost(dropped, told, stored) == set()
    if LETTER.search(page.body):
        check(page.body, page.line, stored, limit)
    else:
        assert joined(item.text for item in stored) in ("", joined(item.title for item in stored[:1] if page.fields))


def words_of_fields_that_are_lost(dropped, told, stored):
    """Return the words of the fields above the text that are no title, and neither stored nor reported."""
    if not dropped:
        return set()
    block = "\n".join(dropped.splitlines()[1:-1])
    fields = (yaml.load(block, yaml.BaseLoader) or {}) if dropped.startswith("---") else tomllib.loads(block)
    unused = {name for remark in told if remark.kind == UNUSED for name in remark.values}
    known = words(*(f"{name} {spoken(fields[name])}" for name in unused | ({"title"} & fields.keys())))
    if any(remark.kind == COMMENTS for remark in told):
        known |= words(*re.findall("#.*", dropped))
    title = words(str(fields.get("title", ""))) - {"null"}
    assert not title or stored
    assert [item for item in stored if not title <= words(item.title)] == []
    return words(re.sub(r"\\(u[0-9a-f]{4}|[bfnrt])", " ", block)) - known


def spoken(value):
    """Return the words of a value, which may be a list or an object."""
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return " ".join(map(spoken, parts)) if isinstance(value, dict | list) else str(value)


def words(*texts):
    return {word for text in texts for word in WORD.findall(text)}


@given(pages(), LIMITS)
@example("a\r\rb\r", 5)
def test_every_letter_of_a_text_is_in_a_chunk(text, limit):
    check(normal(text), 1, read(plain, text, limit), limit)
