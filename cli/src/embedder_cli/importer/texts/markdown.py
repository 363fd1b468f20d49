"""Markdown in chunks that cross no heading."""

from collections.abc import Iterator

from embedder_cli.importer.documents import BROKEN, COMMENTS, UNUSED, Location, Read, Rejection, Remark
from embedder_cli.importer.lines import Lines
from embedder_cli.importer.records.fields import FieldError, metadata_of, title_of
from embedder_cli.importer.records.reading import Reading
from embedder_cli.importer.texts import frontmatter, sections
from embedder_cli.importer.texts.chunked import documents

_TITLE = "title"


def read(lines: Lines, name: str, reading: Reading) -> Iterator[Read]:
    """Read Markdown in chunks that cross no heading. The title of a chunk is the path of its headings.

    The fields at the beginning of the file are those of a record: the title, and what --metadata-field names.
    """
    page = frontmatter.split("".join(lines).replace("\r\n", "\n").replace("\r", "\n"))
    fields = reading.fields
    name_of_title = fields.title or _TITLE
    try:
        title = (title_of(page.fields, name_of_title) or "").strip() or None
        stored = metadata_of(page.fields, fields.metadata)
    except FieldError as error:
        yield Rejection(Location(name, 1), None, str(error))
        return
    used = {name_of_title, *(item.name for item in fields.metadata)}
    if unused := page.fields.keys() - used:
        yield Remark(UNUSED, name, tuple(sorted(unused)))
    if page.is_broken:
        yield Remark(BROKEN, name, ())
    if page.has_comments:
        yield Remark(COMMENTS, name, ())
    found = sections.of_markdown([page.body], reading.chunk_chars, title=title, line=page.line)
    yield from documents(found, name, reading, stored)
