"""Files of a folder that can't be read: each is one sentence, and the others are imported."""

import gzip
import json
import os
from pathlib import Path

import pytest

from embedder_cli.importer.documents import FileEnd, Rejection, Skipped
from embedder_cli.importer.files import content, corpus
from embedder_cli.importer.files.corpus import Corpus
from embedder_cli.importer.lines import SourceError
from tests.cli.importer.conftest import documents, skipped


def rejected(folder, **options):
    return {found.location.file: found.reason for found in documents(Corpus(folder, **options)) if is_rejection(found)}


def is_rejection(found):
    return isinstance(found, Rejection)


def good(folder):
    return [found.text for found in documents(Corpus(folder)) if not is_rejection(found)]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        (
            "a.json",
            b'[{"text": "first"}, {"text": ',
            "The file is not JSON near record 2 (Expecting value), and what follows was not read.",
        ),
        ("a.json", b"", "The file is not a JSON array. If it has one object per line, use --format jsonl"),
        ("a.json", b'{"text": "x"}\n{"text": "y"}', "The file is not a JSON array: it has several values."),
        ("a.csv", b"name,body\nx,y\n", "There is no column 'text'; the columns are name, body."),
        ("a.csv", b'"text"x,b\n1,2\n', "The names of the columns are not CSV"),
        ("a.jsonl", b'{"body": "x"}\n', "The first record has no field 'text'; its fields are body."),
        ("a.jsonl.gz", gzip.compress(b'{"text": "x"}\n' * 99, mtime=0)[:-9], "The file is not complete as gzip"),
        ("a.txt", b"\0\1\2\xff" * 20, "The file is not a text, or its encoding can't be detected"),
        ("a.md", b"x" * (16 * 2**20 + 1), "A record or a Markdown file has more than 16 MiB here."),
    ],
)
def test_a_file_that_can_not_be_read_is_rejected_and_the_others_are_read(tmp_path, name, data, reason):
    (tmp_path / name).write_bytes(data)
    (tmp_path / "b.txt").write_text("good")
    [(file, told)] = rejected(tmp_path).items()
    assert file == name.removesuffix(".gz")
    assert told.startswith(reason)
    assert good(tmp_path)[-1] == "good"
    ends = [found.file for found, _ in corpus.read(Corpus(tmp_path)) if isinstance(found, FileEnd)]
    assert ends == ["b.txt"]


@pytest.mark.parametrize(
    "content", [b'{"name": "x"}', b"5", b'{"files": []}', json.dumps({"a": "x" * 99_000}).encode()]
)
def test_a_json_file_of_one_value_is_skipped_in_a_folder(tmp_path, content):
    (tmp_path / "package.json").write_bytes(content)
    (tmp_path / "b.txt").write_text("good")
    assert (skipped(Corpus(tmp_path)), rejected(tmp_path)) == ({"package.json": "not a JSON array"}, {})


def test_files_that_can_not_be_opened(tmp_path, monkeypatch):
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(name)
    plain_open = Path.open

    def opened(path, *arguments):
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied", str(path))
        if path.name == "b.txt":
            path.unlink()
        return plain_open(path, *arguments)

    monkeypatch.setattr(Path, "open", opened)
    found = documents(Corpus(tmp_path))
    assert [item.reason for item in found if is_rejection(item)] == [
        "The file can't be read: Permission denied.",
        "The file can't be read: No such file or directory.",
    ]
    assert [item.text for item in found if not is_rejection(item)] == ["c.txt"]
    with pytest.raises(SourceError, match=r"^a.txt: The file can't be read: Permission denied.$"):
        documents(Corpus(tmp_path / "a.txt"))


def test_folders_that_can_not_be_opened(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "b.txt").write_text("good")
    scan = os.scandir

    def scandir(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert rejected(tmp_path) == {"closed": "The folder can't be read: Permission denied."}
    assert good(tmp_path) == ["good"]
    with pytest.raises(SourceError, match="closed can't be read: Permission denied"):
        documents(Corpus(tmp_path / "closed"))


def test_a_file_that_changes_while_it_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "x"}\n{"text": "y"}\n')
    read = corpus.read(Corpus(path))
    next(read)
    with path.open("a") as file:
        file.write('{"text": "z"}\n')
    found = [item for item, _ in read]
    assert found[-1].reason == "The file changed while it was read. Run the same command again."
    assert not any(isinstance(item, FileEnd) for item in found)


def test_a_link_to_nothing_is_skipped(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "nothing")
    (tmp_path / "b.txt").write_text("good")
    told = {
        found.file: found.reason
        for found, _ in corpus.read(Corpus(tmp_path, follow_links=True))
        if isinstance(found, Skipped)
    }
    assert told == {"a.txt": "a symbolic link to nothing"}


@pytest.mark.parametrize(
    ("names", "says"),
    [((), "It has no files."), (("a.xyz", ".b"), "All of its files are skipped.")],
)
def test_a_folder_without_a_file_to_import_is_an_error(tmp_path, names, says):
    for name in names:
        (tmp_path / name).write_text("x")
    with pytest.raises(SourceError, match=f"There is nothing to import in .*[.] {says}"):
        documents(Corpus(tmp_path))


def test_a_pipe_has_no_stamp():
    """Standard input can't change: it has no size and no time."""
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        assert content._stamp(file) is None
