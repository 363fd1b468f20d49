"""The files of a source: which are read, and what their documents are named."""

import gzip

import pytest

from embedder_cli.importer.documents import Document, Location
from embedder_cli.importer.files import corpus
from embedder_cli.importer.files.corpus import Corpus
from embedder_cli.importer.lines import MAX_RECORD_BYTES, SourceError
from embedder_cli.importer.records.reading import Reading
from tests.cli.importer.conftest import documents, skipped


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
    assert [document.location.file for document in documents(Corpus(tmp_path))] == ["b.txt", "a/z.md"]
    assert skipped(Corpus(tmp_path)) == {
        ".git": "hidden",
        "a/.hidden.md": "hidden",
        "c.pdf": "not converted (.pdf; --convert does that)",
    }
    assert corpus.size(Corpus(tmp_path)) == 8


def test_the_bytes_of_all_records_are_the_bytes_of_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "x"}\n' * 5)
    assert sum(weight for _, weight in corpus.read(Corpus(path))) == path.stat().st_size


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
        corpus.size(Corpus(tmp_path / name))


def test_in_a_folder_a_json_file_that_is_not_an_array_is_skipped(tmp_path):
    (tmp_path / "package.json").write_text('{"name": "x"}')
    (tmp_path / "a.txt").write_text("x")
    assert [found.text for found in documents(Corpus(tmp_path))] == ["x"]
    assert skipped(Corpus(tmp_path)) == {"package.json": "not a JSON array"}


@pytest.mark.parametrize(
    ("name", "inside"), [("a.jsonl.gz", '{"text": "x"}\n'), ("a.csv.gz", "text\nx\n"), ("a.md.gz", "x\n")]
)
def test_compressed_files_have_the_names_of_their_contents(tmp_path, name, inside):
    path = tmp_path / name
    path.write_bytes(gzip.compress(inside.encode()))
    [document] = documents(Corpus(path))
    assert (document.text, document.id) == ("x", f"{name.removesuffix('.gz')}#1")
    assert sum(weight for _, weight in corpus.read(Corpus(path))) == path.stat().st_size


def test_a_gzip_file_that_is_not_complete_is_an_error(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "x"}\n' * 1000)[:-20])
    with pytest.raises(SourceError, match=r"^a.jsonl: The file is not complete as gzip"):
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
    with pytest.raises(SourceError, match="A record or a Markdown file has more than 16 MiB here"):
        read(name, content % ("x" * (MAX_RECORD_BYTES + 1)), Reading())


def test_links_are_not_followed_unless_asked(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.txt").write_text("secret")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "b.txt").write_text("b")
    (folder / "file.txt").symlink_to(tmp_path / "secret" / "a.txt")
    (folder / "folder").symlink_to(tmp_path / "secret")
    (folder / "cycle").symlink_to(folder)
    assert [found.text for found in documents(Corpus(folder))] == ["b"]
    link = "a symbolic link (--follow-links reads it)"
    assert skipped(Corpus(folder)) == {"file.txt": link, "folder": link, "cycle": link}
    followed = documents(Corpus(folder, follow_links=True))
    assert [found.location.file for found in followed] == ["b.txt", "file.txt", "folder/a.txt"]
