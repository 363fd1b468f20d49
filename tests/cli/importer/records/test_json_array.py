"""JSON arrays: read record by record, or one sentence."""

import json
import tracemalloc

import pytest

from embedder_cli.importer.documents import Location, Rejection
from embedder_cli.importer.files import corpus
from embedder_cli.importer.files.corpus import Corpus
from embedder_cli.importer.lines import SourceError
from embedder_cli.importer.records.fields import Fields, MetadataField
from embedder_cli.importer.records.reading import Reading

ARRAY = '[{"id": "a", "text": "x", "n": 1.5},\n {"id": "b", "text": "y", "n": 2}, 5]'


@pytest.mark.parametrize("content", [ARRAY, "\ufeff" + ARRAY, " \n" + ARRAY])
def test_a_json_array(read, content):
    first, second, third = read("a.json", content, Reading(Fields("id", metadata=(MetadataField("n"),))))
    assert (first.id, first.location, first.metadata) == ("a", Location("a.json", 1), {"n": 1.5})
    assert second.metadata == {"n": 2}
    assert third == Rejection(Location("a.json", 3), None, "The record is not a JSON object.")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"text": "x"}', "The file is not a JSON array: it is one value. Write . and . around an object to import it"),
        ('{"text": "x"}\n{"text": "y"}', "it has several values. If it has one object per line, use --format jsonl"),
        ('{"meta": 1, "rows": []}', "it is an object with lists in rows. Put the list of records into its own file"),
        ("x", "The file is not a JSON array. If it has one object per line, use --format jsonl"),
        ('[{"text": "x"}] 5', "There is more after the end"),
        ('[{"text": "x"}, {"text": ', "is not JSON near record 2"),
        ("[1 2]", "is not JSON near record"),
        ('[{"text": NaN}]', "is not JSON near record 1"),
    ],
)
def test_a_json_file_that_is_not_an_array(read, content, says):
    with pytest.raises(SourceError, match=says):
        read("a.json", content, Reading())


def test_a_json_array_is_read_record_by_record(tmp_path):
    """12,000 records of 1 KB are read with a small fraction of their size in memory."""
    path = tmp_path / "a.json"
    path.write_text("[" + ",".join(json.dumps({"text": "x" * 1000}) for _ in range(12_000)) + "]")
    tracemalloc.start()
    assert sum(1 for _ in corpus.read(Corpus(path))) == 12_001
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < path.stat().st_size / 5
