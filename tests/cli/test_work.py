"""The import as a whole: bounds, resumption, rehearsal, exit codes."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from embedder_cli.importer import work
from embedder_cli.importer.documents import Refusal
from embedder_cli.importer.fields import Fields
from embedder_cli.importer.journal import Journal
from embedder_cli.importer.readers import Reading
from embedder_cli.importer.tally import Tally
from embedder_cli.importer.work import Job
from embedder_cli.main import app


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps({"id": str(number), "text": "x"}) + "\n" for number in range(10)))
    return path


def job(path, **options):
    return Job(path, "http://test", reading=Reading(Fields("id")), **options)


def batches(asked, journal=None, tally=None):
    found = work.batches(asked, journal or Journal(None, asked.target), tally or Tally())
    return [[item.id for item in batch] for batch in found]


def test_batches_are_bounded_by_number(corpus):
    assert batches(job(corpus, batch=4)) == [list("0123"), list("4567"), list("89")]


def test_batches_are_bounded_by_bytes(tmp_path):
    path = tmp_path / "big.jsonl"
    path.write_text("".join(json.dumps({"id": str(n), "text": "x" * 900_000}) + "\n" for n in range(5)))
    assert batches(job(path)) == [["0", "1"], ["2", "3"], ["4"]]


def test_what_was_written_is_left_out_until_it_changes(corpus):
    journal, tally = Journal(None, "t"), Tally()
    [first, *_] = work.batches(job(corpus, batch=4), journal, Tally())
    journal.enter([(item, item.id == "2") for item in first])
    again = Journal(None, "t")
    again.enter([(item, item.id == "2") for item in first])
    assert batches(job(corpus, batch=100), again, tally) == [list("456789")]
    assert (tally.unchanged, tally.cut) == (4, 1)


def test_an_option_that_changes_what_is_stored_writes_again(corpus):
    journal = Journal(None, "t")
    journal.enter([(item, False) for batch in work.batches(job(corpus), Journal(None, "t"), Tally()) for item in batch])
    assert batches(job(corpus, keep_text=False), journal) == [list("0123456789")]


def test_the_second_of_two_equal_ids_is_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n')
    tally = Tally()
    assert batches(job(path), tally=tally) == [["a"]]
    [refusal] = tally.refusals
    assert isinstance(refusal, Refusal)
    assert (refusal.place.line, refusal.reason) == (2, "The id is there twice; first at a.jsonl:1.")


def test_no_more_is_read_than_is_under_way():
    """Memory holds as many batches as may be sent at a time, however long the source is."""
    read, under_way, most = 0, 0, 0

    def source():
        nonlocal read
        for _ in range(200):
            read += 1
            yield []

    async def deliver(_):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        assert read - finished <= 3 + 1
        await asyncio.sleep(0)
        under_way -= 1
        done()

    finished = 0

    def done():
        nonlocal finished
        finished += 1

    asyncio.run(work.spread(source(), deliver, 3))
    assert (finished, most) == (200, 3)


def test_a_rehearsal_sends_nothing_and_tells_the_requests(corpus, tmp_path):
    report = tmp_path / "report.json"
    arguments = [str(corpus), "--url", "http://127.0.0.1:1", "--id-field", "id", "--batch", "3", "--dry-run"]
    found = CliRunner().invoke(app, ["import", *arguments, "--report", str(report)])
    assert found.exit_code == 0
    told = json.loads(report.read_text())
    assert (told["written"], told["requests"]) == (10, 4)
    assert not corpus.with_name("corpus.jsonl.journal").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing.jsonl", "--url", "http://127.0.0.1:1"],
        ["corpus.jsonl", "--url", "ftp://x"],
        ["corpus.jsonl", "--url", "http://127.0.0.1:1", "--truncate", "maybe"],
        ["corpus.jsonl"],
        ["corpus.jsonl", "--url", "http://127.0.0.1:1"],
    ],
)
def test_what_can_not_begin_ends_with_2(corpus, monkeypatch, arguments):
    monkeypatch.chdir(corpus.parent)
    monkeypatch.delenv("EMBEDDER_URL", raising=False)
    assert CliRunner().invoke(app, ["import", *arguments]).exit_code == 2


def test_a_refusal_is_exit_code_1_and_a_stop_2():
    tally = Tally()
    assert tally.exit_code == 0
    tally.refused = 1
    assert tally.exit_code == 1
    tally.stopped = "Enough."
    assert tally.exit_code == 2
