"""The journal: what survives, and for which service and source."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from embedder_cli.importer.documents import Document, Location, item_of
from embedder_cli.importer.sending.journal import Entry, Journal, JournalError


def item(name="a", text="x", options=b"", line=1):
    return item_of(Document(name, text, Location("f.txt", line)), options, 1)


def enter(journal, *items, truncated=False):
    journal.announce(items)
    journal.enter([(item, truncated) for item in items])


def digest(journal, name="a"):
    entry = journal.entry(name)
    return entry and entry.digest


def test_an_entry_is_found_by_the_next_run(tmp_path):
    first = Journal(tmp_path / "j", "service", source="s", namespace="n")
    enter(first, item())
    enter(first, item("long"), truncated=True)
    first.close()
    again = Journal(tmp_path / "j", "service", source="s", namespace="n")
    assert again.entry("a") == Entry(item().digest, truncated=False, namespace="n")
    assert again.entry("long").truncated is True
    assert again.entry("b") is None


def test_a_journal_of_an_earlier_version_gets_the_columns_that_it_lacks(tmp_path):
    with closing(sqlite3.connect(tmp_path / "j")) as database:
        database.execute("CREATE TABLE journal_of (source TEXT NOT NULL)")
        database.execute(
            "CREATE TABLE documents (number INTEGER PRIMARY KEY, service TEXT NOT NULL, id TEXT NOT NULL,"
            " namespace TEXT, file TEXT, digest BLOB,"
            " truncated INTEGER NOT NULL DEFAULT 0, accepted_at REAL, UNIQUE (service, id))"
        )
        database.execute("INSERT INTO documents (service, id, digest) VALUES ('service', 'old', 'd')")
        database.commit()
    journal = Journal(tmp_path / "j", "service")
    enter(journal, item())
    assert (digest(journal, "old"), digest(journal)) == ("d", item().digest)
    assert [*journal.stale(everywhere=True, page=9)] == [["old", "a"]]


@pytest.mark.parametrize("changed", [item(text="y"), item(options=b"other")])
def test_another_text_and_other_options_have_another_digest(changed):
    assert changed.digest != item().digest


def test_what_was_announced_is_not_known_to_be_stored(tmp_path):
    """The index may have the old or the new text, if the import is killed before the answer."""
    journal = Journal(tmp_path / "j", "service")
    enter(journal, item())
    journal.announce([item(text="y")])
    journal.close()
    assert Journal(tmp_path / "j", "service").entry("a").digest is None


def test_the_entries_of_another_service_do_not_count(tmp_path):
    journal = Journal(tmp_path / "j", "one")
    enter(journal, item())
    journal.close()
    assert Journal(tmp_path / "j", "two").entry("a") is None


def test_a_journal_belongs_to_one_source(tmp_path):
    Journal(tmp_path / "j", "service", source="docs").close()
    with pytest.raises(JournalError, match="belongs to 'docs', not to 'notes'"):
        Journal(tmp_path / "j", "service", source="notes")


def test_a_duplicate_id_is_known_by_its_first_location(tmp_path):
    journal = Journal(tmp_path / "j", "service")
    assert journal.first_location("a", Location("f.txt", 3)) is None
    assert journal.first_location("a", Location("f.txt", 9)) == Location("f.txt", 3)
    journal.close()
    assert Journal(tmp_path / "j", "service").first_location("a", Location("f.txt", 9)) is None


@pytest.mark.slow
def test_two_imports_can_not_share_a_journal(tmp_path):
    first = Journal(tmp_path / "j", "service")
    for read_only in (False, True):
        with pytest.raises(JournalError, match="Is another import running"):
            Journal(tmp_path / "j", "service", read_only=read_only)
    first.close()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_not_a_journal(tmp_path, read_only):
    (tmp_path / "j").write_text("something else that is longer than an empty database" * 20)
    with pytest.raises(JournalError, match="can't be used"):
        Journal(tmp_path / "j", "service", read_only=read_only)


def test_only_its_owner_can_read_a_journal(tmp_path):
    before = os.umask(0)
    try:
        journal = Journal(tmp_path / "j", "service")
        enter(journal, item())
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "j").stat().st_mode) == 0o600


def test_a_read_only_journal_knows_the_entries_and_changes_nothing(tmp_path):
    journal = Journal(tmp_path / "j", "service")
    enter(journal, item())
    journal.close()
    before = (tmp_path / "j").read_bytes()
    copy = Journal(tmp_path / "j", "service", read_only=True)
    assert digest(copy) == item().digest
    copy.forget_contents()
    copy.close()
    assert (tmp_path / "j").read_bytes() == before
    Journal(tmp_path / "none", "service", read_only=True).close()
    assert not (tmp_path / "none").exists()


def stale(journal, *, everywhere):
    return [name for page in journal.stale(everywhere=everywhere, page=2) for name in page]


def test_stale_are_the_unread_chunks_of_read_files_and_with_everywhere_all_that_was_not_read():
    journal = Journal(None, "service")
    own = item_of(Document("own", "x", Location("data.csv", 1), has_own_id=True), b"", 1)
    gone = item_of(Document("gone.md#1", "x", Location("gone.md", 1)), b"", 1)
    enter(journal, *(item(f"f.txt#{number}") for number in range(1, 6)), own, gone)
    for number in (1, 2):
        journal.first_location(f"f.txt#{number}", Location("f.txt", 1))
    journal.end_file("f.txt")
    journal.end_file("data.csv")
    assert stale(journal, everywhere=False) == ["f.txt#3", "f.txt#4", "f.txt#5"]
    assert stale(journal, everywhere=True) == ["f.txt#3", "f.txt#4", "f.txt#5", "own", "gone.md#1"]
    journal.remove(["f.txt#3", "f.txt#4", "f.txt#5"])
    assert stale(journal, everywhere=False) == []


def test_the_sample_has_accepted_documents_only():
    journal = Journal(None, "service", namespace="n")
    enter(journal, *(item(str(number)) for number in range(50)), item("a,b"))
    journal.announce([item("announced")])
    sample = journal.sample(20)
    assert 5 <= len(sample) <= 20
    assert {found.namespace for found in sample} == {"n"}
    assert {found.id for found in sample} <= {str(number) for number in range(50)}
    journal.forget_contents()
    assert journal.sample(20) == []


def test_what_was_entered_survives_a_kill(tmp_path):
    """A process enters more and more and prints each number; what it printed before it was killed is there."""
    script = (
        "import sys; from pathlib import Path; from embedder_cli.importer.sending.journal import Journal\n"
        "from tests.cli.importer.sending.test_journal import enter, item\n"
        "journal = Journal(Path(sys.argv[1]), 'service')\n"
        "for number in range(10**6):\n"
        "    enter(journal, item(str(number))); print(number, flush=True)\n"
    )
    path = tmp_path / "j"
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    said = [process.stdout.readline() for _ in range(20)]
    process.kill()
    said += process.stdout.readlines()
    process.wait()
    journal = Journal(path, "service")
    assert said
    assert all(digest(journal, line.strip()) == item(line.strip()).digest for line in said if line.endswith("\n"))
