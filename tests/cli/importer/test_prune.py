"""What --prune leaves: documents of files that are there, but were not read."""

import json

import pytest


@pytest.fixture
def folder(tmp_path, imported):
    made = tmp_path / "docs"
    made.mkdir()
    for name in ("a.md", "b.md", "c.wiki"):
        (made / name).write_text(f"Text of {name}.\n")
    (made / "d.json").write_text(json.dumps([{"id": "own", "text": "x"}]))
    assert imported("docs", "--format", "md")["written"] == 4
    return made


def test_a_file_that_left_the_source_is_removed(folder, imported):
    (folder / "a.md").unlink()
    for told in agreed(imported, "docs", "--format", "md", "--prune"):
        assert (told["removed"], told["code"]) == (1, 0)


def test_documents_of_skipped_files_stay(folder, imported):
    (folder / "a.md").unlink()
    for told in agreed(imported, "docs", "--prune"):
        assert (told["removed"], told["skipped_files"][0]["file"]) == (1, "c.wiki")
    assert sorted(told["stored"]) == ["b.md#1", "c.wiki#1", "own"]


def test_records_of_skipped_files_stay(folder, imported):
    """They have ids of their own, which do not name their file."""
    (folder / "d.json").write_text("{}")
    for told in agreed(imported, "docs", "--format", "md", "--prune"):
        assert (told["removed"], told["skipped_files"][0]["file"]) == (0, "d.json")
    (folder / "d.json").unlink()
    assert imported("docs", "--format", "md", "--prune")["removed"] == 1


def test_documents_of_skipped_folders_stay(folder, imported):
    (folder / "deep").mkdir()
    (folder / "deep" / "e.md").write_text("Text.\n")
    assert imported("docs", "--format", "md")["written"] == 1
    (folder / "deep").rename(folder.parent / "elsewhere")
    (folder / "deep").symlink_to(folder.parent / "elsewhere")
    for told in agreed(imported, "docs", "--format", "md", "--prune"):
        assert (told["removed"], told["code"]) == (0, 0)


@pytest.mark.parametrize(
    ("name", "content"), [("a.md", b"\0\1\2\xff"), ("d.json", b'[{"id": "own", "te'), ("d.json", b"")]
)
def test_nothing_is_removed_if_a_file_can_not_be_read(folder, imported, name, content):
    (folder / name).write_bytes(content)
    (folder / "b.md").unlink()
    for told in agreed(imported, "docs", "--format", "md", "--prune"):
        assert (told["removed"], told["rejected"], told["code"]) == (0, 1, 1)
        assert told["notes"] == ["Nothing was removed, because the ids of some rejected records are not known."]
    assert len(told["stored"]) == 4


def test_documents_of_another_namespace_stay(folder, imported):
    """Ids of files begin with the namespace, so that both are in the index."""
    (folder / "d.json").unlink()
    for prune in ((), ("--prune",)):
        for told in agreed(imported, "docs", "--format", "md", "--namespace", "n", *prune):
            assert (told["removed"], told["code"]) == (0, 0)
    assert sorted(told["stored"]) == ["a.md#1", "b.md#1", "c.wiki#1", "n/a.md#1", "n/b.md#1", "n/c.wiki#1", "own"]


def agreed(imported, *arguments):
    return imported(*arguments, "--dry-run"), imported(*arguments)
