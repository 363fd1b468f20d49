"""What holds for every source: no word is lost, no input ends in a traceback, all formats and the service agree."""

import codecs
import csv
import gzip
import io
import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from embedder import decoding
from embedder.errors import EmbedderError
from embedder.operations import documents
from embedder.operations.requests import UpsertRequest
from embedder_cli.importer.documents import Document, Location, Rejection, item_of
from embedder_cli.importer.faults import Rules, fault
from embedder_cli.importer.files import corpus
from embedder_cli.importer.files.corpus import Corpus
from embedder_cli.importer.files.kinds import SUFFIXES
from embedder_cli.importer.lines import SourceError
from embedder_cli.importer.records.fields import Fields, MetadataField
from embedder_cli.importer.records.reading import Reading
from embedder_cli.importer.result import report
from embedder_cli.importer.result.tally import Tally
from tests.cli.fake_service import UNLIMITED

WIDE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
WESTERN = ["cp1252", "latin-1", "iso8859-2", "cp1250", "cp437", "mac-roman"]
OTHERS = ["cp1251", "koi8-r", "shift_jis", "euc-jp", "iso2022_jp", "gb18030", "gbk", "big5", "euc-kr", "utf-7"]
ENCODINGS = ["utf-8", "utf-8-sig", *WIDE, *WESTERN, *OTHERS]
SAMPLES = [
    "Crème brûlée für 5 €",
    "Žluťoučký kůň",
    "Съешь ещё этих булок",
    "いろはにほへと",
    "天地玄黄宇宙洪荒",
    "가나다라마바사",
]
TEXT = st.text(max_size=60) | st.lists(st.sampled_from([*SAMPLES, "\0", "\n", ",", '"', "\r"]), max_size=6).map("".join)
MARKS = [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE]
MAGIC = [
    b"\x1f\x8b",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"\x89PNG\r\n\x1a\n",
    b"SQLite format 3\0",
    b"\xff\xd8\xff",
    b"\0" * 30,
]


def read(suffix, content, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"source{suffix}"
        path.write_bytes(content)
        return [found for found, _ in corpus.read(Corpus(path, **options))]


@given(st.sampled_from(SUFFIXES), st.sampled_from([b"", *MARKS, *MAGIC]), st.binary(max_size=100))
def test_no_bytes_end_in_a_traceback(suffix, head, content):
    must_read(suffix, head + content)
    must_read(suffix, gzip.compress(head + content)[: len(content) + 10])


HEADS = {
    ".csv": "id,text\n1,",
    ".tsv": "id\ttext\n1\t",
    ".json": '[{"text": "',
    ".jsonl": '{"text": "',
    ".md": "---\ntitle: ",
}


@given(st.sampled_from(SUFFIXES), TEXT, st.sampled_from(ENCODINGS), st.sampled_from(MARKS), st.integers(0, 4))
def test_no_text_in_a_real_encoding_ends_in_a_traceback(suffix, text, encoding, mark, cut):
    """Alone, cut in the middle of a character, below a wrong byte order mark, and with a part in another encoding."""
    content = (HEADS.get(suffix, "") + text).encode(encoding, "replace")
    must_read(suffix, content[: len(content) - cut])
    must_read(suffix, content, encoding=encoding)
    must_read(suffix, mark + content)
    must_read(suffix, "é € 天 б\n".encode() + content)


def must_read(suffix, content, **options):
    """Read a file: it is one sentence, or what it has is rejected or can be sent. The result can be printed."""
    tally = Tally()
    try:
        found = read(suffix, content, **options)
    except SourceError as error:
        tally.stopped = str(error)
        found = []
    for item in found:
        if isinstance(item, Document) and fault(item) is None:
            item_of(item, b"", 0)
        elif isinstance(item, Rejection):
            tally.reject(item, 0)
    json.loads(report.as_json(tally))
    printed = io.StringIO()
    Console(file=printed).print(report.table(tally, rehearsal=False))
    assert not CONTROLS.search(printed.getvalue())


CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["1", "1.50", "true", "12345678901234567890", "9007199254740993.0", "-0", "1e400", "1e22", "NaN", "1_0", " 7 ", "٣"]
)
RECORDS = st.fixed_dictionaries({"id": CELLS, "text": CELLS, "title": CELLS, "value": CELLS})
KINDS = st.sampled_from([None, "string", "number", "boolean"])


@given(RECORDS, KINDS)
def test_a_record_gives_the_same_document_in_every_format(record, kind):
    fields = Fields(None, title="title", metadata=(MetadataField("value", kind),))
    formats = {
        ".csv": table(record, ","),
        ".tsv": table(record, "\t"),
        ".json": json.dumps([record]),
        ".jsonl": json.dumps(record, ensure_ascii=False),
    }
    found = [one(suffix, text, fields) for suffix, text in formats.items()]
    assert found == found[:1] * len(found)


def table(record, delimiter):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([record.keys(), record.values()])
    return file.getvalue()


def one(suffix, text, fields):
    [found] = [
        item for item in read(suffix, text.encode(), reading=Reading(fields)) if isinstance(item, Document | Rejection)
    ]
    found = replace(found, location=Location("source", 1))
    return (found, fault(found)) if isinstance(found, Document) else found


@given(
    st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3), st.sampled_from(["number", "string"])
)
def test_a_number_is_the_same_in_json_and_in_a_table(number, kind):
    fields = Fields(None, metadata=(MetadataField("value", kind),))
    as_json = one(".jsonl", f'{{"id": "a", "text": "x", "value": {number}}}', fields)
    assert as_json == one(".csv", f"id,text,value\na,x,{number}\n", fields)
    if isinstance(as_json, tuple) and kind == "string":
        assert as_json[0].metadata == {"value": str(number)}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
SIZES = st.integers(0, 12) | st.integers(9_000, 11_000)


@given(
    st.text(max_size=70),
    st.text(max_size=4),
    SIZES,
    st.dictionaries(st.sampled_from(["a", "a.b", "$a", 'q"', "", "text", "n"]), JSON_VALUES, max_size=3),
    st.booleans(),
)
def test_a_dry_run_accepts_what_the_service_accepts(name, text, size, values, keep_text):
    """Both ways: nothing is promised that the service rejects, and nothing is rejected that it would store."""
    record = {"id": name, "text": text + "x" * size, **({} if "text" in values else values)}
    fields = Fields("id", metadata=tuple(map(MetadataField, values)))
    found = one(".jsonl", json.dumps(record), fields)
    if isinstance(found, Rejection):
        return
    document, reason = found
    if reason is None or ("NUL" not in reason and "surrogate" not in reason):
        assert accepts(document, keep_text) == (fault(document, Rules(keep_text)) is None)


def accepts(document, keep_text):
    body = item_of(document, b"", 0).body
    tail = b',"keep_text":%b}' % json.dumps(keep_text).encode()
    try:
        request = decoding.decode(b'{"documents":[%b]%b' % (body, tail), UpsertRequest)
        documents.check(request.documents, request)
        documents.add_prompts(UNLIMITED, request.documents, request)
    except EmbedderError:
        return False
    return True


@pytest.mark.parametrize("size", range(10_200, 10_245))
def test_the_limit_of_metadata_is_that_of_the_service_to_the_byte(size):
    for title in (None, "t"):
        for metadata in ({}, {"n": "é"}):
            document = Document("a", "x" * size, Location("f", 1), title, metadata)
            assert (fault(document) is None) == accepts(document, keep_text=True)
