"""The import as a whole: batches, resumption, removal, rehearsal, exit codes."""

import asyncio
import json
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from embedder_cli.importer import work
from embedder_cli.importer.documents import Location, Rejection
from embedder_cli.importer.files import corpus as files
from embedder_cli.importer.files.corpus import Corpus
from embedder_cli.importer.records.fields import Fields
from embedder_cli.importer.records.reading import Reading
from embedder_cli.importer.result import bar, report
from embedder_cli.importer.result.tally import OTHER_REASONS, Tally
from embedder_cli.importer.sending import index_check
from embedder_cli.importer.sending.journal import Journal
from embedder_cli.importer.sending.read_ahead import read_ahead
from embedder_cli.importer.work import Job
from embedder_cli.main import app
from embedder_cli.service import Service
from tests.cli.command import embedder
from tests.cli.fake_service import FakeService, answer
from tests.worker import EMBEDDER
from tools import runtime


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.jsonl"
    write(path, range(10))
    return path


def write(path, numbers, text="x"):
    path.write_text("".join(json.dumps({"id": str(number), "text": text}) + "\n" for number in numbers))


@pytest.fixture
def service(httpserver):
    return FakeService(httpserver)


def run(service, source, *options):
    """Import in this process, and return the report with what was printed."""
    file = source.with_name("report.json")
    done = CliRunner().invoke(app, ["import", str(source), "--url", service.url, "--report", str(file), *options])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return json.loads(file.read_text()) | {"code": done.exit_code, "printed": done.output}


def job(path, **options):
    return Job(Corpus(path, reading=Reading(Fields("id"))), Service.at("http://test"), **options)


def batches(asked, journal=None, tally=None):
    async def collect():
        found = work._batches(asked, journal or Journal(None, "http://test"), tally or Tally())
        return [[item.id for item in batch] async for batch in found]

    return asyncio.run(collect())


def test_batches_are_bounded_by_number(corpus):
    assert batches(job(corpus, batch=4)) == [list("0123"), list("4567"), list("89")]


def test_batches_are_bounded_by_bytes(tmp_path):
    path = tmp_path / "big.jsonl"
    write(path, range(5), "x" * 900_000)
    assert batches(job(path, keep_text=False)) == [["0", "1"], ["2", "3"], ["4"]]


def test_the_second_of_two_equal_ids_is_rejected(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n')
    tally = Tally()
    assert batches(job(path), tally=tally) == [["a"]]
    [rejection] = tally.rejections
    assert rejection == Rejection(Location("a.jsonl", 2), "a", "The id is a duplicate; it is first at a.jsonl:1.")


def test_no_more_is_read_than_is_sent():
    """Memory holds as many batches as are sent at a time, however long the source is."""
    read = finished = most = 0

    async def source():
        nonlocal read
        for _ in range(200):
            read += 1
            yield []

    async def deliver(_):
        nonlocal finished, most
        most = max(most, read - finished)
        await asyncio.sleep(0)
        finished += 1

    asyncio.run(work.spread(source(), deliver, 3))
    assert (finished, most) == (200, 4)


def test_reading_ahead_is_bounded_and_a_blocked_source_blocks_nothing_else():
    read = 0
    free = threading.Event()

    def source():
        nonlocal read
        for number in range(6400):
            read += 1
            yield number
        free.wait()
        yield -1

    async def consume():
        found = read_ahead(source(), lambda _: 1)
        numbers = await anext(found)
        assert read <= 64 * 5
        while len(numbers) < 6400:
            numbers += await anext(found)
        last = asyncio.create_task(anext(found))
        await asyncio.sleep(0)
        assert not last.done()
        free.set()
        return numbers + await last

    assert asyncio.run(consume()) == [*range(6400), -1]


def test_a_source_that_fails_ends_the_reading():
    def source():
        yield 1
        raise OSError("gone")

    async def consume():
        return [group async for group in read_ahead(source(), lambda _: 1)]

    with pytest.raises(OSError, match="gone"):
        asyncio.run(consume())


def test_only_what_has_changed_is_sent_again(service, corpus):
    assert run(service, corpus, "--id-field", "id")["written"] == 10
    assert run(service, corpus, "--id-field", "id")["unchanged"] == 10
    lines = corpus.read_text().splitlines()
    corpus.write_text("\n".join([*lines[:9], '{"id": "9", "text": "changed"}']))
    told = run(service, corpus, "--id-field", "id")
    assert (told["written"], told["unchanged"], service.sent[10:]) == (1, 9, ["9"])
    assert run(service, corpus, "--id-field", "id", "--no-keep-text")["written"] == 10


def age(source):
    """Make the entries of a journal so old that the index must show them."""
    journal = sqlite3.connect(source.with_name(f"{source.name}.journal"))
    journal.execute("UPDATE documents SET accepted_at = accepted_at - 3600")
    journal.commit()
    journal.close()


@pytest.mark.parametrize("kept", [0, 1])
def test_an_index_that_was_emptied_is_noticed_and_fresh_fills_it(service, corpus, kept):
    run(service, corpus, "--id-field", "id")
    age(corpus)
    for name in [*service.stored][kept:]:
        del service.stored[name]
    told = run(service, corpus, "--id-field", "id")
    assert told["code"] == 2
    assert "does not match the index" in told["stopped"]
    assert f"it has {kept} vectors" in told["stopped"]
    assert "--fresh" in told["stopped"]
    told = run(service, corpus, "--id-field", "id", "--fresh")
    assert (told["code"], told["written"], len(service.stored)) == (0, 10, 10)
    assert run(service, corpus, "--id-field", "id")["unchanged"] == 10


def test_documents_that_were_moved_to_another_namespace_are_noticed(service, corpus):
    run(service, corpus, "--id-field", "id", "--namespace", "a")
    age(corpus)
    for stored in service.stored.values():
        stored["namespace"] = "b"
    assert "does not match the index" in run(service, corpus, "--id-field", "id", "--namespace", "a")["stopped"]


def test_another_namespace_moves_documents_only_with_fresh(service, corpus):
    run(service, corpus, "--id-field", "id", "--namespace", "a")
    told = run(service, corpus, "--id-field", "id", "--namespace", "b")
    assert told["code"] == 2
    assert (
        "in the namespace 'a'. An index has an id only once: to import it into the namespace 'b' moves it"
        in told["stopped"]
    )
    assert {stored["namespace"] for stored in service.stored.values()} == {"a"}
    assert run(service, corpus, "--id-field", "id", "--namespace", "b", "--fresh")["written"] == 10
    assert {stored["namespace"] for stored in service.stored.values()} == {"b"}
    assert run(service, corpus, "--id-field", "id", "--namespace", "b")["unchanged"] == 10
    assert run(service, corpus, "--id-field", "id", "--namespace", "a")["code"] == 2


class Visibility:
    """A connection to an index that shows a write after some polls."""

    def __init__(self, polls):
        self.polls, self.tally, self.waited = polls, Tally(), 0.0

    async def get(self, path):
        if path == "/index":
            return type("Answer", (), {"body": {"fits": True, "vector_count": 0}})
        self.polls -= 1
        stored = [{"id": "0"}] if self.polls < 0 else []
        return type("Answer", (), {"body": {"vectors": stored, "missing": []}})

    async def sleep(self, seconds):
        self.waited += seconds


def test_a_write_that_is_not_visible_yet_is_waited_for(recent):
    connection = Visibility(polls=3)
    asyncio.run(index_check.check(connection, recent))
    assert connection.waited == 6


def test_the_wait_for_a_write_is_bounded(recent):
    connection = Visibility(polls=1000)
    with pytest.raises(work.StoppedError, match="wait a few minutes instead"):
        asyncio.run(index_check.check(connection, recent))
    assert connection.waited == 60


@pytest.fixture
def recent(corpus):
    """A journal with one document that was accepted just now."""
    journal = Journal(None, "http://test")
    write(corpus, [0])
    collected = job(corpus).batches(journal, Tally())
    for found, weight in files.read(job(corpus).corpus):
        assert [*collected.add(found, weight)] == []
    [batch] = collected.rest()
    journal.announce(batch)
    journal.enter([(item, False) for item in batch])
    return journal


def test_prune_removes_what_has_left_the_source(service, corpus):
    run(service, corpus, "--id-field", "id")
    write(corpus, range(2, 8))
    assert run(service, corpus, "--id-field", "id")["removed"] == 0
    told = run(service, corpus, "--id-field", "id", "--prune", "--dry-run")
    assert (told["removed"], service.removed) == (4, [])
    assert "would be removed" in told["printed"]
    assert run(service, corpus, "--id-field", "id", "--prune")["removed"] == 4
    assert sorted(service.stored) == list("234567")
    assert run(service, corpus, "--id-field", "id", "--prune")["removed"] == 0


def test_prune_removes_nothing_if_a_record_could_not_be_read(service, corpus):
    run(service, corpus, "--id-field", "id")
    write(corpus, range(5))
    corpus.write_text(corpus.read_text() + "not json\n")
    told = run(service, corpus, "--id-field", "id", "--prune")
    assert (told["code"], told["removed"], len(service.stored)) == (1, 0, 10)
    assert "Nothing was removed, because the ids of some rejected records are not known." in told["notes"]


def test_prune_keeps_a_document_that_is_rejected_now(service, corpus):
    run(service, corpus, "--id-field", "id")
    corpus.write_text(corpus.read_text().replace('{"id": "3", "text": "x"}', '{"id": "3", "text": ""}'))
    assert run(service, corpus, "--id-field", "id", "--prune")["removed"] == 0
    assert "3" in service.stored


def test_an_empty_source_prunes_nothing(service, corpus):
    run(service, corpus, "--id-field", "id")
    corpus.write_text("")
    told = run(service, corpus, "--id-field", "id", "--prune")
    assert (told["removed"], told["notes"]) == (0, ["Nothing was removed, because the source has no documents."])


def test_chunks_that_a_file_has_no_more_are_removed(service, tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text("".join(f"# {number}\n\nText {number}.\n" for number in range(5)))
    (folder / "b.md").write_text("# B\n\nText.\n")
    run(service, folder)
    (folder / "a.md").write_text("# 0\n\nText 0.\n\n# 1\n\nOther.\n")
    (folder / "b.md").unlink()
    told = run(service, folder)
    assert (told["written"], told["unchanged"], told["removed"]) == (1, 1, 3)
    assert sorted(service.stored) == ["a.md#1", "a.md#2", "b.md#1"]
    assert run(service, folder, "--prune")["removed"] == 1
    assert sorted(service.stored) == ["a.md#1", "a.md#2"]


def test_standard_input(service, tmp_path):
    arguments = [EMBEDDER, "import", "-", "--url", service.url, "--id-field", "id"]
    given = '{"id": "a", "text": "x"}\n'
    done = subprocess.run(arguments, cwd=tmp_path, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    done = embedder(*arguments[1:], "--format", "csv", cwd=tmp_path, given="id;text\nb;y\n")
    assert done.returncode == 0, done.stderr
    assert [*service.stored] == ["a", "b"]
    assert [*tmp_path.iterdir()] == []
    done = embedder("import", "-", "--url", service.url, "--prune")
    assert (done.returncode, "needs a --journal" in done.stderr) == (2, True)


def test_standard_input_with_a_journal_is_compared_and_pruned(service, tmp_path):
    options = ("--url", service.url, "--id-field", "id", "--journal", tmp_path / "j", "--prune")
    for given in ('{"id": "a", "text": "x"}\n{"id": "b", "text": "x"}\n', '{"id": "b", "text": "x"}\n'):
        assert embedder("import", "-", *options, given=given).returncode == 0
    assert (service.sent, [*service.stored]) == (["a", "b"], ["b"])


def test_a_rehearsal_sends_nothing_and_says_what_it_would_do(corpus, tmp_path):
    done = embedder(
        "import",
        corpus,
        "--url",
        "http://127.0.0.1:1",
        "--id-field",
        "id",
        "--batch",
        3,
        "--dry-run",
        "--report",
        tmp_path / "r",
    )
    assert done.returncode == 0
    told = json.loads((tmp_path / "r").read_text())
    assert (told["written"], told["requests"]) == (10, 4)
    assert "would be written" in done.stderr
    assert " written (" not in done.stderr
    assert not corpus.with_name("corpus.jsonl.journal").exists()


def test_a_rehearsal_knows_what_has_not_changed(service, corpus):
    run(service, corpus, "--id-field", "id")
    told = run(service, corpus, "--id-field", "id", "--dry-run")
    assert (told["written"], told["unchanged"], len(service.sent)) == (0, 10, 10)


def test_a_password_in_an_address_is_sent_and_neither_stored_nor_shown(service, corpus, httpserver):
    url = service.url.replace("http://", "http://me:hunter2@")
    done = embedder("import", corpus, "--url", url, "--id-field", "id", "--report", corpus.with_name("r"))
    assert done.returncode == 0, done.stderr
    assert httpserver.log[0][0].authorization.password == "hunter2"
    failed = embedder("import", corpus, "--url", "http://me:hunter2@127.0.0.1:9", "--id-field", "id")
    assert "hunter2" not in done.stderr + failed.stderr
    for path in corpus.parent.iterdir():
        assert b"hunter2" not in path.read_bytes(), path


def test_files_are_read_beside_the_current_folder(service, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("x")
    assert embedder("import", ".", "--url", service.url, cwd=tmp_path / "docs").returncode == 0
    assert (tmp_path / "docs.journal").exists()


def test_an_answer_that_is_not_this_services_is_a_failure(httpserver, corpus):
    httpserver.expect_request("/index").respond_with_handler(lambda _: answer({"fits": True, "vector_count": 0}))
    httpserver.expect_request("/vectors").respond_with_data("<html>Welcome</html>")
    url = httpserver.url_for("").rstrip("/")
    done = embedder("import", corpus, "--url", url, "--id-field", "id", "--report", corpus.with_name("r"))
    told = json.loads(corpus.with_name("r").read_text())
    assert (done.returncode, told["written"]) == (2, 0)
    assert "is not one of this service" in done.stderr


def test_equal_reasons_are_grouped_and_bounded():
    tally = Tally()
    for number in range(300):
        tally.reject(Rejection(Location("a.jsonl", number), str(number), "The text is empty."), 1)
    for number in range(200):
        tally.reject(Rejection(Location("b.jsonl", number), None, f"Reason {'x' * number}."), 1)
    assert tally.reasons["The text is empty."].count == 300
    assert tally.reasons[OTHER_REASONS].count == 101
    printed = shown(report.table(tally, rehearsal=False))
    assert printed.count("The text is empty.") == 1
    assert "a.jsonl:0" in printed


def test_reasons_that_differ_in_a_value_are_one_kind():
    tally = Tally()
    for number in range(300):
        tally.reject(Rejection(Location("a", 1), None, f"year is '{number},5', which is not a number."), 1)
    assert [found.count for found in tally.reasons.values()] == [300]
    assert "year is '0,5', which is not a number." in shown(report.table(tally, rehearsal=False))


def test_controls_of_a_file_are_not_printed(service, tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a\x1b[31m.jsonl").write_text('{"text": ""}\n{"text": "\x1b]0;x"}\n')
    done = embedder("import", folder, "--url", service.url)
    assert done.returncode == 1
    assert "\x1b" not in done.stderr
    assert "a[31m.jsonl:1" in done.stderr


def shown(renderable):
    console = Console(file=StringIO(), width=120)
    console.print(renderable)
    return console.file.getvalue()


def test_without_a_terminal_there_are_lines(monkeypatch):
    monkeypatch.setattr(bar, "LINE_EVERY_S", 0.01)
    console = Console(file=StringIO(), width=120)
    tally = Tally(written=7, rejected=1, waiting="waiting 12 s for the rate limit")
    with bar.shown(tally, 200, console):
        tally.advance(50)
        deadline = time.monotonic() + 30
        while console.file.getvalue().count("\n") < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert console.file.getvalue().splitlines()[-1] == "25%, 7 written, 1 rejected, waiting 12 s for the rate limit"


def test_the_shipped_rate_limit_is_in_the_help():
    config = (runtime.ROOT / "wrangler.toml").read_text()
    assert "limit = 600, period = 60" in config
    assert "600 requests per minute" in " ".join(embedder("import", "--help").stdout.replace("│", "").split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing.jsonl", "--url", "http://127.0.0.1:1"],
        ["corpus.jsonl", "--url", "ftp://x"],
        ["corpus.jsonl", "--url", "http://127.0.0.1:1", "--truncate", "maybe"],
        ["corpus.jsonl", "--url", "http://127.0.0.1:1", "--format", "pdf"],
        ["corpus.jsonl", "--url", "http://127.0.0.1:1", "--key", "schlüssel"],
        ["corpus.jsonl", "--url", "http://127.0.0.1:1", "--metadata-field", "year:integer"],
        ["corpus.jsonl"],
        ["corpus.jsonl", "--url", "http://127.0.0.1:1"],
    ],
)
def test_what_can_not_begin_ends_with_2(corpus, monkeypatch, arguments):
    monkeypatch.chdir(corpus.parent)
    monkeypatch.delenv("EMBEDDER_URL", raising=False)
    assert CliRunner().invoke(app, ["import", *arguments]).exit_code == 2


def test_a_rejection_is_exit_code_1_and_a_stop_2():
    tally = Tally()
    assert tally.exit_code == 0
    tally.rejected = 1
    assert tally.exit_code == 1
    tally.stopped = "Enough."
    assert tally.exit_code == 2


def test_an_import_can_only_fill_the_queue(service, corpus):
    found = run(service, corpus, "--queue", "--batch", "4", "--id-field", "id")
    assert (found["code"], found["queued"], found["written"]) == (0, 10, 0)
    assert "10 queued" in " ".join(found["printed"].replace("│", " ").split())
    assert sorted(service.queued) == sorted(map(str, range(10)))
    assert service.sent == []


def test_queued_documents_are_not_sent_again_and_not_looked_for_in_the_index(service, corpus):
    run(service, corpus, "--queue")
    with closing(sqlite3.connect(corpus.with_name("corpus.jsonl.journal"))) as journal, journal:
        journal.execute("UPDATE documents SET accepted_at = 0")  # long enough ago to be in the index
    for options in (["--queue"], []):
        found = run(service, corpus, *options)
        assert (found["code"], found["unchanged"], found["queued"], found["written"]) == (0, 10, 0, 0)
    write(corpus, range(11))
    found = run(service, corpus)
    assert (found["unchanged"], found["written"]) == (10, 1)


def test_a_service_without_a_queue_stops_the_import(httpserver, corpus):
    httpserver.expect_request("/index").respond_with_json({"fits": True, "vector_count": 0})
    error = {"error": {"code": "queue_not_configured", "message": "No queue is bound: add it."}}
    httpserver.expect_request("/vectors").respond_with_json(error, status=501)
    file = corpus.with_name("report.json")
    arguments = ["import", str(corpus), "--url", httpserver.url_for(""), "--queue", "--report", str(file)]
    assert CliRunner().invoke(app, arguments).exit_code == 2
    assert json.loads(file.read_text())["stopped"] == "No queue is bound: add it."


def test_a_journal_of_an_earlier_version_is_continued(service, corpus):
    run(service, corpus)
    with closing(sqlite3.connect(corpus.with_name("corpus.jsonl.journal"))) as journal, journal:
        journal.execute("ALTER TABLE documents DROP COLUMN queued")
    found = run(service, corpus)
    assert (found["code"], found["unchanged"]) == (0, 10)
