"""Files as documents: what is read, what is refused, and under which ids."""

import pytest

from embedder_cli.importer import sources
from embedder_cli.importer.documents import Document, Place, Refusal, fault, id_of
from embedder_cli.importer.fields import Fields, MetadataField
from embedder_cli.importer.readers import Reading
from embedder_cli.importer.sources import SourceError

FIELDS = Fields("id", "text", "title", (MetadataField("lang"), MetadataField("year", "number")))


@pytest.fixture
def read(tmp_path):
    def from_file(name, content, reading=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [found for found, _ in sources.read(path, reading or Reading(FIELDS))]

    return from_file


def test_jsonl_fields(read):
    [found] = read("a.jsonl", '{"id": 7, "text": "hello", "title": "T", "lang": "en", "year": "2020", "other": 1}\n')
    assert found == Document("7", "hello", Place("a.jsonl", 1), "T", {"lang": "en", "year": 2020})


def test_without_an_id_field_the_file_and_the_position_are_the_id(read):
    found = read("a.jsonl", '{"text": "x"}\n\n{"text": "y"}\n', Reading(Fields()))
    assert [(item.id, item.place.line) for item in found] == [("a.jsonl#1", 1), ("a.jsonl#3", 3)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "The line is not JSON: Expecting property name"),
        ("[1]", "The line is not a JSON object."),
        ('{"id": "a", "body": "x"}', "There is no text in the field 'text'; the record has id, body."),
        ('{"id": "a", "text": 5}', "There is no text in the field 'text'"),
        ('{"text": "x"}', "There is no id in the field 'id'."),
        ('{"id": true, "text": "x"}', "There is no id in the field 'id'."),
        ('{"id": "a", "text": "x", "year": "soon"}', "year is 'soon', which is no number."),
    ],
)
def test_a_record_that_is_no_document_is_refused_with_its_line(read, line, reason):
    good = '{"id": "good", "text": "fine"}'
    first, refused, last = read("a.jsonl", f"{good}\n{line}\n{good}\n")
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(refused, Refusal)
    assert refused.place == Place("a.jsonl", 2)
    assert refused.reason.startswith(reason)


def test_csv_with_line_breaks_in_quotes(read):
    content = '\ufeffid,text,lang,year\r\na,"two\r\nlines",en,2020\r\nb,one,,\r\n'
    assert read("a.csv", content) == [
        Document("a", "two\r\nlines", Place("a.csv", 2), None, {"lang": "en", "year": 2020}),
        Document("b", "one", Place("a.csv", 4)),
    ]


def test_a_csv_record_of_another_width_is_refused(read):
    found = read("a.csv", "id,text\na\nb,x\n")
    assert found[0] == Refusal(Place("a.csv", 2), None, "The record has 1 cells, the first line 2 names.")
    assert isinstance(found[1], Document)


def test_markdown_has_the_path_of_headings_as_title_and_its_source_in_metadata(read):
    [first, second] = read("guide.md", "# Guide\n\nHello.\n\n## Part\n\nWorld.\n")
    assert first == Document(
        "guide.md#1", "Hello.", Place("guide.md", 3), "Guide", {"source": "guide.md", "heading": "Guide"}
    )
    assert (second.id, second.title) == ("guide.md#2", "Guide > Part")


def test_text_has_the_name_of_its_file_as_title(read):
    assert read("notes.txt", "Hello.\n") == [
        Document("notes.txt#1", "Hello.", Place("notes.txt", 1), "notes", {"source": "notes.txt"})
    ]


def test_a_folder_is_read_in_one_order_and_hidden_files_are_left_out(tmp_path):
    for name in ("b.txt", "a/z.md", "a/.hidden.md", ".git/x.txt", "c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    assert [source.name for source in sources.find(tmp_path)] == ["b.txt", "a/z.md"]
    assert sources.size(tmp_path) == 8


def test_the_bytes_of_all_records_are_the_bytes_of_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "x"}\n' * 5)
    assert sum(weight for _, weight in sources.read(path, Reading())) == path.stat().st_size


@pytest.mark.parametrize(("name", "says"), [("none.txt", "There is no file"), ("a.pdf", "is of no known kind")])
def test_a_source_that_is_none(tmp_path, name, says):
    (tmp_path / "a.pdf").write_text("x")
    with pytest.raises(SourceError, match=says):
        sources.size(tmp_path / name)


def test_ids_fit_into_64_bytes_and_can_stand_in_a_query():
    assert id_of("guide.md", 3) == "guide.md#3"
    for name in ("x" * 64, "ü" * 40, "a,b", "a\nb"):
        assert len(id_of(name, 1)) == 40
        assert id_of(name, 1) != id_of(name, 2)


def document(**changes):
    return Document(**{"id": "a", "text": "x", "place": Place("f", 1), **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"id": "ü" * 32}, None),
        ({"text": " \n"}, "The text is empty."),
        ({"id": "ü" * 33}, "The id has 66 bytes; it must have 1 to 64."),
        ({"text": "\ud800"}, "It holds bytes that are not UTF-8, or half of a surrogate pair."),
        ({"metadata": {"a": "\ud800"}}, "It holds bytes that are not UTF-8, or half of a surrogate pair."),
        ({"metadata": {"a": float("nan")}}, "Its metadata holds a number that JSON can't express."),
    ],
)
def test_what_can_not_be_sent_is_known_before(changes, reason):
    assert fault(document(**changes)) == reason


def test_bytes_that_are_not_utf_8_refuse_their_record_alone(read):
    found = read("a.jsonl", b'{"id": "a", "text": "\xff"}\n{"id": "b", "text": "x"}\n')
    assert [fault(item) is None for item in found] == [False, True]


@pytest.mark.parametrize(
    ("option", "value", "stored"),
    [
        ("year:number", "3", 3),
        ("year:number", "3.5", 3.5),
        ("public:boolean", "Yes", True),
        ("public:boolean", False, False),
        ("code:string", 7, "7"),
        ("tags", ["a"], ["a"]),
        ("a:b", "x", "x"),
    ],
)
def test_types_of_metadata(option, value, stored):
    assert MetadataField.parse(option).value(value) == stored
