"""The journal: what survives, and for whom."""

import subprocess
import sys

import pytest

from embedder_cli.importer.documents import Document, Place, item_of
from embedder_cli.importer.journal import Journal, JournalError


def item(name="a", text="x", options=b"", line=1):
    return item_of(Document(name, text, Place("f.txt", line)), options, 1)


def test_an_entry_is_found_by_the_next_run(tmp_path):
    path = tmp_path / "j"
    first = Journal(path, "target")
    first.enter([(item(), False), (item("long"), True)])
    first.close()
    again = Journal(path, "target")
    assert [again.written(item()), again.written(item("long")), again.written(item("b"))] == [False, True, None]


@pytest.mark.parametrize("changed", [item(text="y"), item(options=b"other")])
def test_a_document_that_changed_is_not_written_yet(tmp_path, changed):
    journal = Journal(tmp_path / "j", "target")
    journal.enter([(item(), False)])
    assert journal.written(changed) is None
    journal.enter([(changed, False)])
    assert journal.written(changed) is False
    assert journal.written(item()) is None


def test_another_target_knows_nothing(tmp_path):
    journal = Journal(tmp_path / "j", "one")
    journal.enter([(item(), False)])
    journal.close()
    assert Journal(tmp_path / "j", "two").written(item()) is None


def test_an_id_that_is_there_twice_is_known_by_its_first_place(tmp_path):
    journal = Journal(tmp_path / "j", "target")
    assert journal.first_place(item(line=3)) is None
    assert journal.first_place(item(line=9)) == Place("f.txt", 3)
    journal.close()
    assert Journal(tmp_path / "j", "target").first_place(item()) is None


def test_two_imports_can_not_share_a_journal(tmp_path):
    first = Journal(tmp_path / "j", "target")
    with pytest.raises(JournalError, match="is another import running"):
        Journal(tmp_path / "j", "target")
    first.close()


def test_a_file_that_is_no_journal(tmp_path):
    (tmp_path / "j").write_text("something else, and long enough to be told from an empty database" * 20)
    with pytest.raises(JournalError, match="can't be used"):
        Journal(tmp_path / "j", "target")


def test_what_was_entered_survives_a_kill(tmp_path):
    """The process enters ever more and says so; what it said before it was killed is there."""
    script = (
        "import sys; from pathlib import Path; from embedder_cli.importer.journal import Journal\n"
        "from tests.cli.test_journal import item\n"
        "journal = Journal(Path(sys.argv[1]), 'target')\n"
        "for number in range(10**6):\n"
        "    journal.enter([(item(str(number)), False)]); print(number, flush=True)\n"
    )
    path = tmp_path / "j"
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    said = [process.stdout.readline() for _ in range(20)]
    process.kill()
    said += process.stdout.readlines()
    process.wait()
    journal = Journal(path, "target")
    assert said
    assert all(journal.written(item(line.strip())) is False for line in said if line.endswith("\n"))
