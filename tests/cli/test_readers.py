"""Files as documents: what is read, what is rejected, and which ids there are."""

import gzip
import json
import tracemalloc

import pytest

from embedder_cli.importer import sources
from embedder_cli.importer.documents import Document, Location, Rejection, id_of
from embedder_cli.importer.faults import fault
from embedder_cli.importer.fields import FieldError, Fields, MetadataField
from embedder_cli.importer.lines import MAX_RECORD_BYTES, SourceError
from embedder_cli.importer.readers import Reading
from embedder_cli.importer.sources import Corpus
from embedder_cli.importer.values import Literal

UNDECODABLE = "It has bytes that are not text in its encoding, or half of a surrogate pair; see --encoding."
FIELDS = Fields("id", "text", "title", (MetadataField("lang"), MetadataField("year", "number")))


def documents(corpus, skip=lambda *_: None):
    return [found for found, _ in sources.read(corpus, skip) if isinstance(found, Document | Rejection)]


@pytest.fixture
def read(tmp_path):
    def from_file(name, content, reading=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return documents(Corpus(path, reading=reading or Reading(FIELDS)))

    return from_file


def test_jsonl_fields(read):
    [found] = read("a.jsonl", '{"id": 7, "text": "hello", "title": "T", "lang": "en", "year": "2020", "other": 1}\n')
    assert found == Document("7", "hello", Location("a.jsonl", 1), "T", {"lang": "en", "year": 2020}, True)


def test_without_an_id_field_the_file_and_the_position_are_the_id(read):
    found = read("a.jsonl", '{"text": "x"}\n\n{"text": "y"}\n', Reading(Fields()))
    assert [(item.id, item.location.line) for item in found] == [("a.jsonl#1", 1), ("a.jsonl#3", 3)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "The line is not JSON: Expecting property name"),
        ("[1]", "The record is not a JSON object."),
        ('{"id": "a", "body": "x"}', "There is no text in the field 'text'; the fields are id, body."),
        ('{"id": "a", "text": 5}', "There is no text in the field 'text'"),
        ('{"text": "x"}', "There is no id in the field 'id'."),
        ('{"id": true, "text": "x"}', "There is no id in the field 'id'."),
        ('{"id": "a", "text": "x", "year": "soon"}', "year is 'soon', which is not a number."),
    ],
)
def test_a_record_that_is_not_a_document_is_rejected_with_its_line(read, line, reason):
    good = '{"id": "good", "text": "fine"}'
    first, rejected, last = read("a.jsonl", f"{good}\n{line}\n{good}\n")
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(rejected, Rejection)
    assert rejected.location == Location("a.jsonl", 2)
    assert rejected.reason.startswith(reason)


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


def test_text_has_the_name_of_its_file_as_title(read):
    assert read("notes.txt", "Hello.\n") == [
        Document(
            "notes.txt#1", "Hello.", Location("notes.txt", 1), "notes", {"source": "notes.txt"}, part_of="notes.txt"
        )
    ]


def test_a_folder_is_read_in_one_order_and_hidden_files_are_left_out(tmp_path):
    for name in ("b.txt", "a/z.md", "a/.hidden.md", ".git/x.txt", "c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    skipped = {}
    found = documents(Corpus(tmp_path), skipped.__setitem__)
    assert [document.location.file for document in found] == ["b.txt", "a/z.md"]
    assert skipped == {
        ".git": "hidden",
        "a/.hidden.md": "hidden",
        "c.pdf": "not converted (.pdf; --convert does that)",
    }
    assert sources.size(Corpus(tmp_path)) == 8


def test_the_bytes_of_all_records_are_the_bytes_of_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "x"}\n' * 5)
    assert sum(weight for _, weight in sources.read(Corpus(path), print)) == path.stat().st_size


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none.txt", "There is no file"),
        ("a.pdf", "must be converted; --convert does that"),
        ("a.xyz", "has no known suffix; name its kind with --format"),
    ],
)
def test_a_source_that_can_not_be_read(tmp_path, name, says):
    for other in ("a.pdf", "a.xyz"):
        (tmp_path / other).write_text("x")
    with pytest.raises(SourceError, match=says):
        sources.size(Corpus(tmp_path / name))


def test_ids_fit_into_64_bytes_and_into_a_query_string():
    assert id_of("guide.md", 3) == "guide.md#3"
    assert id_of("guide.md", 3, "acme") == "acme/guide.md#3"
    for name in ("x" * 64, "ü" * 40, "a,b", "a\nb"):
        assert len(id_of(name, 1)) == 40
        assert id_of(name, 1) != id_of(name, 2)
        assert id_of(name, 1) != id_of(name, 1, "acme")


def document(**changes):
    return Document(**{"id": "a", "text": "x", "location": Location("f", 1), **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"id": "ü" * 32}, None),
        ({"text": " \n"}, "The text is empty."),
        ({"id": "ü" * 33}, "The id has 66 bytes; it must have 1 to 64."),
        ({"text": "\ud800"}, UNDECODABLE),
        ({"metadata": {"a": "\ud800"}}, UNDECODABLE),
        ({"metadata": {"a": float("nan")}}, "Its metadata contains a number that JSON can't express."),
    ],
)
def test_what_can_not_be_sent_is_rejected_before(changes, reason):
    assert fault(document(**changes)) == reason


def test_bytes_that_are_not_utf_8_reject_their_record_alone(read):
    found = read("a.jsonl", b'{"id": "a", "text": "\xff"}\n{"id": "b", "text": "x"}\n')
    assert [fault(item) is None for item in found] == [False, True]


@pytest.mark.parametrize(
    ("option", "value", "stored"),
    [
        ("year:number", "3", 3),
        ("year:number", "3.5", 3.5),
        ("public:boolean", "Yes", True),
        ("public:boolean", False, False),
        ("code:string", Literal("7.10"), "7.10"),
        ("tags", ["a"], ["a"]),
        ("a:b:string", "x", "x"),
    ],
)
def test_types_of_metadata(option, value, stored):
    assert MetadataField.parse(option).value(value) == stored


@pytest.mark.parametrize("option", ["year:integer", "a:b", ":string"])
def test_an_unknown_type_of_metadata_is_an_error(option):
    with pytest.raises(FieldError, match=r"is unknown; use string, number, boolean. .*:string"):
        MetadataField.parse(option)


TABLES = {
    "comma": ("a.csv", "id,text\n1,x;y\n", "x;y"),
    "semicolon": ("a.csv", "id;text\n1;x,y\n", "x,y"),
    "tab": ("a.tsv", "id\ttext\n1\tx,y\n", "x,y"),
    "tab in a csv": ("a.csv", "id\ttext\n1\tx,y\n", "x,y"),
    "comma in a tsv": ("a.tsv", "id,text\n1,x\n", "x"),
    "quoted delimiter": ("a.csv", 'id,"text"\n1,"x,y"\n', "x,y"),
}


@pytest.mark.parametrize(("name", "content", "text"), TABLES.values(), ids=TABLES)
def test_the_delimiter_is_detected(read, name, content, text):
    [found] = read(name, content, Reading(Fields("id")))
    assert (found.id, found.text) == ("1", text)


ARRAY = '[{"id": "a", "text": "x", "n": 1.5},\n {"id": "b", "text": "y", "n": 2}, 5]'


@pytest.mark.parametrize("content", [ARRAY, "\ufeff" + ARRAY, " \n" + ARRAY])
def test_a_json_array(read, content):
    first, second, third = read("a.json", content, Reading(Fields("id", metadata=(MetadataField("n"),))))
    assert (first.id, first.location, first.metadata) == ("a", Location("a.json", 1), {"n": 1.5})
    assert second.metadata == {"n": 2}
    assert third == Rejection(Location("a.json", 3), None, "The record is not a JSON object.")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"text": "x"}', "is not a JSON array: it is one value. Write . and . around an object to import it"),
        ('{"text": "x"}\n{"text": "y"}', "it has several values. If there is one object per line, use --format jsonl"),
        ('{"meta": 1, "rows": []}', "it is an object with lists in rows. Put the list of records into its own file"),
        ("x", "if it has one object per line, use --format jsonl"),
        ('[{"text": "x"}] 5', "there is more after the end"),
        ('[{"text": "x"}, {"text": ', "is not JSON near record 2"),
        ("[1 2]", "is not JSON near record"),
        ('[{"text": NaN}]', "is not JSON near record 1"),
    ],
)
def test_a_json_file_that_is_not_an_array(read, content, says):
    with pytest.raises(SourceError, match=says):
        read("a.json", content, Reading())


def test_in_a_folder_a_json_file_that_is_not_an_array_is_skipped(tmp_path):
    (tmp_path / "package.json").write_text('{"name": "x"}')
    (tmp_path / "a.txt").write_text("x")
    skipped = {}
    assert [found.text for found in documents(Corpus(tmp_path), skipped.__setitem__)] == ["x"]
    assert skipped == {"package.json": "not a JSON array"}


def test_a_json_array_is_read_record_by_record(tmp_path):
    """20,000 records of 1 KB are read with a small fraction of their size in memory."""
    path = tmp_path / "a.json"
    path.write_text("[" + ",".join(json.dumps({"text": "x" * 1000}) for _ in range(20_000)) + "]")
    tracemalloc.start()
    assert sum(1 for _ in sources.read(Corpus(path), print)) == 20_001
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < path.stat().st_size / 5


@pytest.mark.parametrize(
    ("name", "inside"), [("a.jsonl.gz", '{"text": "x"}\n'), ("a.csv.gz", "text\nx\n"), ("a.md.gz", "x\n")]
)
def test_compressed_files_have_the_names_of_their_contents(tmp_path, name, inside):
    path = tmp_path / name
    path.write_bytes(gzip.compress(inside.encode()))
    [document] = documents(Corpus(path))
    assert (document.text, document.id) == ("x", f"{name.removesuffix('.gz')}#1")
    assert sum(weight for _, weight in sources.read(Corpus(path), print)) == path.stat().st_size


def test_a_gzip_file_that_is_not_complete_is_an_error(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "x"}\n' * 1000)[:-20])
    with pytest.raises(SourceError, match=r"a.jsonl is not a complete gzip file"):
        documents(Corpus(path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"text": "%s"}\n'),
        ("a.json", '[{"text": "%s"}]'),
        ("a.csv", 'text\n"%s'),
        ("a.csv", "text\n%s\n"),
        ("a.md", "%s"),
        ("a.txt", "%s"),
    ],
)
def test_a_record_that_is_too_large_is_an_error(read, name, content):
    """An endless line, such as that of a compressed file of zeros, does not fill the memory."""
    with pytest.raises(SourceError, match="a record has more than 16 MiB"):
        read(name, content % ("x" * (MAX_RECORD_BYTES + 1)), Reading())


def test_a_quote_that_is_not_closed_does_not_fill_the_memory(read):
    with pytest.raises(SourceError, match="is a quote missing"):
        read("a.csv", 'text\n"x\n' + "line\n" * (MAX_RECORD_BYTES // 5 + 1), Reading())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,body\n1,x\n"),
        ("a.csv", "text,body\n1,x\n"),
        ("a.csv", "id,text\n1,x\n"),
        ("a.csv", "id,text,title\n1,x,y\n"),
        ("a.jsonl", '{"id": 1, "body": "x"}\n'),
        ("a.jsonl", '{"text": "x"}\n'),
        ("a.json", '[{"id": 1, "body": "x"}]'),
    ],
)
def test_a_missing_column_or_field_is_an_error_at_the_first_record(read, name, content):
    with pytest.raises(SourceError, match=r"has no field|There is no column .*Choose fields with --text-field"):
        read(name, content, Reading(Fields("id", "text", "title", (MetadataField("lang"),))))


def test_links_are_not_followed_unless_asked(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.txt").write_text("secret")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "b.txt").write_text("b")
    (folder / "file.txt").symlink_to(tmp_path / "secret" / "a.txt")
    (folder / "folder").symlink_to(tmp_path / "secret")
    (folder / "cycle").symlink_to(folder)
    skipped = {}
    assert [found.text for found in documents(Corpus(folder), skipped.__setitem__)] == ["b"]
    link = "a symbolic link (--follow-links reads it)"
    assert skipped == {"file.txt": link, "folder": link, "cycle": link}
    followed = documents(Corpus(folder, follow_links=True))
    assert [found.location.file for found in followed] == ["b.txt", "file.txt", "folder/a.txt"]


def test_deep_nesting_rejects_its_record_alone(read):
    deep = '{"id": "a", "text": "x", "lang": ' + "[" * 100_000 + "]" * 100_000 + "}"
    found = read("a.jsonl", deep + "\n" + '{"id": "b", "text": "x"}\n', Reading(Fields("id")))
    assert [isinstance(item, Rejection) for item in found] == [True, False]
