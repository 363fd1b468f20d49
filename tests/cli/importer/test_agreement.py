"""A dry run and an import agree record by record, and each record is stored or rejected: no word is lost."""

import csv
import io
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from embedder import decoding
from embedder.operations import documents
from embedder.operations.requests import UpsertRequest
from embedder_cli.importer import work
from embedder_cli.importer.files.corpus import Corpus
from embedder_cli.importer.records.fields import Fields, MetadataField
from embedder_cli.importer.records.reading import Reading
from embedder_cli.importer.result.tally import Tally
from embedder_cli.importer.sending.journal import Journal
from embedder_cli.importer.work import Job
from embedder_cli.service import Service
from tests.cli.fake_service import UNLIMITED

LETTER = re.compile(r"[^\W_]")
IDS = st.sampled_from(["a", "b", "a", "ü" * 32, "ü" * 33, "x" * 65, "", "a,b", "a#2", " ", "\ud800", "a\0", "7"])
TEXTS = st.one_of(
    st.lists(st.text(max_size=6), max_size=8).map(" ".join),
    st.sampled_from(["", " \n", "a\0b", "\ud800", "word " * 60, "word " * 2500, "x" * 10_300]),
)
RAW = ["NaN", "Infinity", "-Infinity", "1e400", "-0", "1.0", "9007199254740992", "9007199254740993", "1e22", "null"]
RAW += ["true", '""', '"x"', '"\\ud800"', '"\\u0000"', "[1, {}]", '{"a.b": 1}', '{"$a": 1}', '{"": 1}', '{"q\\"": 1}']
RAW += ['{"a": 1, "a": 2}', '{"deep": {"a": [NaN]}}', f'"{"y" * 11_000}"', "[" * 70 + "]" * 70, "5" * 5000, "{}", "[]"]
VALUES = st.sampled_from(RAW) | TEXTS.map(json.dumps)
NAMES = st.sampled_from(["id", "text", "title", "value", "a.b", "$a", "", "other", "value"])
PAIRS = st.tuples(
    st.tuples(st.just("id"), IDS.map(json.dumps) | st.sampled_from(["7", "null", "[]", "1e3"])),
    st.tuples(st.just("text"), TEXTS.map(json.dumps)),
    st.lists(st.tuples(NAMES, VALUES), max_size=3),
).map(lambda found: [found[0], found[1], *found[2]])


@dataclass
class Options:
    """The options of an import that change what is stored."""

    keep_text: bool
    queue: bool
    chunk: bool
    namespace: str | None
    kind: str | None
    metadata: list[str]
    own_ids: bool

    def job(self, path):
        metadata = tuple(MetadataField(name, self.kind) for name in self.metadata)
        fields = Fields(None if self.own_ids else "", "text", "title", metadata, self.namespace)
        return Job(
            Corpus(path, reading=Reading(fields, 100, self.chunk)),
            Service("http://test", {}),
            self.namespace,
            keep_text=self.keep_text,
            queue=self.queue,
        )


OPTIONS = st.builds(
    Options,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "n"]),
    st.sampled_from([None, None, "string", "number", "boolean"]),
    st.lists(st.sampled_from(["value", "a.b", "$a"]), max_size=2, unique=True),
    st.booleans(),
)


def imported(job):
    """Import with the checks of a service; it must accept every batch. Return the items."""
    tally, items = Tally(queues=job.queue), []
    journal = Journal(None, "http://test")
    collected = job.batches(journal, tally)
    for found, weight in work.corpus.read(job.corpus):
        items += [item for batch in collected.add(found, weight) for item in batch]
    items += [item for batch in collected.rest() for item in batch]
    for item in items:
        body = b'{"documents":[%b]%b}' % (item.body, job.sent_tail)
        request = decoding.decode(body, UpsertRequest)
        documents.check(request.documents, request)
        documents.add_prompts(UNLIMITED, request.documents, request)
        tally.accept(item, truncated=False)
    journal.close()
    return tally, items


def rehearsed(job):
    tally, journal = Tally(queues=job.queue), Journal(None, "http://test")
    work.rehearse(job, journal, tally)
    journal.close()
    return tally


@given(st.lists(PAIRS, min_size=1, max_size=6), OPTIONS)
def test_json_records(records, options):
    lines = ["{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in pairs) + "}" for pairs in records]
    agree(".jsonl", "\n".join(lines), options, {number: told(line) for number, line in enumerate(lines, 1)})


def told(line):
    """Return the text of a record, as Python reads it."""
    return json.loads(line, parse_int=str, parse_float=str)["text"]


CELL = TEXTS.map(lambda text: text.replace("\ud800", "?")) | st.sampled_from(RAW)
ROW = st.tuples(IDS.map(lambda name: name.replace("\ud800", "?")), CELL, CELL, CELL)


@given(st.lists(ROW, min_size=1, max_size=6), OPTIONS, st.sampled_from(",;\t|"))
def test_rows_of_tables(rows, options, delimiter):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    texts = {}
    for row in [("id", "text", "title", "value"), *rows]:
        texts[breaks(file.getvalue()) + 1] = row[1]
        writer.writerow(row)
    options.metadata = [name for name in options.metadata if name == "value"]
    agree(".csv", file.getvalue(), options, {line: text for line, text in texts.items() if line > 1})


def breaks(text):
    return len(re.findall("\r\n|\r|\n", text))


def agree(suffix, content, options, texts):
    """Assert that a dry run and an import agree, and that each record is stored with its text, or rejected."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"source{suffix}"
        path.write_text(content, encoding="utf-8", errors="surrogatepass", newline="")
        dry = rehearsed(options.job(path))
        real, items = imported(options.job(path))
    same = ("written", "rejected", "rejections", "unnamed", "by_position", "remarks", "exit_code", "stopped")
    assert {name: getattr(dry, name) for name in same} == {name: getattr(real, name) for name in same}
    assert real.exit_code == int(real.rejected > 0)
    stored = {}
    for item in items:
        stored.setdefault(item.location.line, []).append(json.loads(item.body)["text"])
    rejected = {rejection.location.line for rejection in real.rejections}
    assert stored.keys() | rejected == texts.keys()
    assert {line: joined(found) for line, found in stored.items() if line not in rejected} == {
        line: joined([text]) for line, text in texts.items() if line not in rejected
    }


def joined(texts):
    return "".join(LETTER.findall("".join(texts)))
