"""CSV and TSV: quotes, cells and delimiters."""

import pytest

from embedder_cli.importer.documents import Document, Location, Rejection
from embedder_cli.importer.lines import MAX_RECORD_BYTES, SourceError
from embedder_cli.importer.records.fields import Fields
from embedder_cli.importer.records.reading import Reading


def test_csv_with_line_breaks_in_quotes(read):
    content = '\ufeffid,text,lang,year,title\r\na,"two\r\nlines",en,2020,\r\nb,one,,,\r\n'
    assert read("a.csv", content) == [
        Document("a", "two\r\nlines", Location("a.csv", 2), None, {"lang": "en", "year": 2020}, True),
        Document("b", "one", Location("a.csv", 4), has_own_id=True),
    ]


def test_a_csv_record_with_another_number_of_cells_is_rejected(read):
    found = read("a.csv", "id,text\na\nb,x\n", Reading(Fields("id")))
    assert found[0] == Rejection(Location("a.csv", 2), None, "The record has 1 cells, but there are 2 columns.")
    assert isinstance(found[1], Document)


TABLES = {
    "comma": ("a.csv", "id,text\n1,x;y\n", "x;y"),
    "semicolon": ("a.csv", "id;text\n1;x,y\n", "x,y"),
    "tab": ("a.tsv", "id\ttext\n1\tx,y\n", "x,y"),
    "tab in a csv": ("a.csv", "id\ttext\n1\tx,y\n", "x,y"),
    "comma in a tsv": ("a.tsv", "id,text\n1,x\n", "x"),
    "named as for Excel": ("a.csv", "\ufeffsep=;\r\nid;text\r\n1;x,y\r\n", "x,y"),
    "quoted delimiter": ("a.csv", 'id,"text"\n1,"x,y"\n', "x,y"),
}


@pytest.mark.parametrize(("name", "content", "text"), TABLES.values(), ids=TABLES)
def test_the_delimiter_is_detected(read, name, content, text):
    [found] = read(name, content, Reading(Fields("id")))
    assert (found.id, found.text) == ("1", text)


def test_a_quote_that_is_not_closed_does_not_fill_the_memory(read):
    with pytest.raises(SourceError, match="look for a missing quote"):
        read("a.csv", 'text\n"x\n' + ("line " * 20 + "\n") * (MAX_RECORD_BYTES // 101 + 1), Reading())
