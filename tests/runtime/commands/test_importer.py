"""`embedder import` and `embedder search` against the running Worker and its emulators."""

import json
import random
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from tests.worker import EMBEDDER
from tools import runtime

DOCUMENTS = 10_000
KILLS = 4
SEED = 20_261_122
WORDS = "red green blue stone river cloud apple horse engine winter summer music paper glass metal forest".split()


def command(name, *arguments):
    return [str(EMBEDDER), name, *map(str, arguments)]


def run(name, *arguments):
    return subprocess.run(
        command(name, *arguments), cwd=runtime.ROOT, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def fresh(start_worker):
    """A Worker with its own index."""
    return start_worker()


@pytest.fixture
def corpus(tmp_path):
    chance = random.Random(SEED)
    path = tmp_path / "corpus.jsonl"
    with path.open("w") as file:
        for number in range(DOCUMENTS):
            text = f"{' '.join(chance.choices(WORDS, k=2))} {number}"
            file.write(json.dumps({"id": f"doc-{number}", "text": text, "lang": chance.choice(["en", "de"])}) + "\n")
    return path


def count(worker):
    return worker.send("GET", "/index").json()["vector_count"]


def wait_for(condition, limit_s=120):
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.extended
def test_an_import_that_is_killed_repeatedly_is_complete_without_duplicates(fresh, corpus, tmp_path):
    """Kills the process when the index has grown by a random number of documents, so at any point of a request."""
    chance = random.Random(SEED)
    arguments = (corpus, "--url", fresh.url, "--id-field", "id", "--metadata-field", "lang", "--concurrency", 2)
    started = [0]
    for _ in range(KILLS):
        goal = count(fresh) + chance.randint(50, DOCUMENTS // (KILLS + 2))
        process = subprocess.Popen(
            command("import", *arguments),
            cwd=runtime.ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda goal=goal, process=process: count(fresh) >= goal or process.poll() is not None)
        assert process.poll() is None, "the import ended before it was killed"
        process.kill()
        process.wait()
        started.append(count(fresh))
    assert started == sorted(started)
    report = tmp_path / "report.json"
    done = run("import", *arguments, "--report", report)
    assert done.returncode == 0, done.stderr
    summary = json.loads(report.read_text())
    assert summary["written"] + summary["unchanged"] == DOCUMENTS
    assert summary["unchanged"] > 0
    wait_for(lambda: count(fresh) >= DOCUMENTS)
    assert count(fresh) == DOCUMENTS
    sample = chance.sample(range(DOCUMENTS), 300)
    assert_stored(fresh, corpus, sample)
    again = run("import", *arguments, "--report", report)
    assert again.returncode == 0
    summary = json.loads(report.read_text())
    assert (summary["written"], summary["unchanged"], summary["requests"]) == (0, DOCUMENTS, 0)


def assert_stored(worker, corpus, numbers):
    documents = [json.loads(line) for line in corpus.read_text().splitlines()]
    for start in range(0, len(numbers), 100):
        wanted = {documents[number]["id"]: documents[number] for number in numbers[start : start + 100]}
        answer = worker.send("GET", "/vectors", params={"ids": ",".join(wanted)}).json()
        assert answer["missing"] == []
        for vector in answer["vectors"]:
            document = wanted[vector["id"]]
            assert vector["metadata"] == {"text": document["text"], "lang": document["lang"]}


def test_rejected_documents_are_reported_and_do_not_stop_the_others(worker, tmp_path):
    lines = [
        {"id": "fine-1", "text": "A cat sleeps."},
        {"id": "large", "text": "x " * 6000},
        {"id": "empty", "text": ""},
        {"id": "fine-1", "text": "Twice."},
        {"id": "poison", "text": "fault:zeros"},
        {"id": "key", "text": "x", "a.b": 1},
        {"id": "fine-2", "text": "A dog barks."},
    ]
    path = tmp_path / "odd.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "not json\n")
    report = tmp_path / "report.json"
    options = ("--url", worker.url, "--id-field", "id", "--namespace", "odd", "--metadata-field", "a.b")
    done = run("import", path, *options, "--report", report)
    assert done.returncode == 1, done.stderr
    summary = json.loads(report.read_text())
    assert summary["written"] == 2
    reasons = {(item["line"], item["id"]): item["reason"] for item in summary["rejections"]}
    assert {line for line, _ in reasons} == {2, 3, 4, 5, 6, 8}
    assert "the limit is 10240" in reasons[2, "large"]
    assert "all zeros" in reasons[5, "poison"]
    assert "odd.jsonl:2" in done.stderr


def test_search_finds_the_files_of_a_folder(worker, tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "guide.md").write_text("# Guide\n\n## Install\n\nRun make dev and wait for the ready line.\n")
    (folder / "notes.txt").write_text("Bananas are yellow and bent.\n")
    done = run("import", folder, "--url", worker.url, "--namespace", "folder")
    assert done.returncode == 0, done.stderr
    options = ("--url", worker.url, "--namespace", "folder", "--json")
    found = {}

    def visible():
        found["search"] = run("search", "yellow bananas", *options)
        return found["search"].returncode == 0 and len(json.loads(found["search"].stdout)["matches"]) == 2

    wait_for(visible)
    best = json.loads(found["search"].stdout)["matches"][0]
    assert best["id"] == "folder/notes.txt#1"
    assert best["metadata"] == {"source": "notes.txt", "text": "Bananas are yellow and bent."}


def test_truncated_texts_are_in_the_report(worker, tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_text(json.dumps({"id": "long", "text": "word " * 4000}) + "\n")
    report = tmp_path / "report.json"
    options = ("--url", worker.url, "--id-field", "id", "--no-keep-text", "--namespace", "long", "--report", report)
    for _ in range(2):
        assert run("import", path, *options).returncode == 0
        summary = json.loads(report.read_text())
        assert (summary["truncated"], summary["truncated_documents"]) == (
            1,
            [{"file": "long.jsonl", "line": 1, "id": "long"}],
        )


def test_a_search_without_matches_is_exit_code_1_and_a_bad_one_2(worker):
    options = ("--url", worker.url, "--namespace", "nobody-is-here")
    assert run("search", "anything", *options).returncode == 1
    bad = run("search", "anything", *options, "--filter", '{"a": {"$near": 1}}')
    assert bad.returncode == 2
    assert "$near" in bad.stderr


def markdown(count):
    return "".join(f"# Part {number}\n\nText of part {number}.\n\n" for number in range(count))


def test_chunks_and_files_that_are_gone_leave_the_index(fresh, tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text(markdown(5))
    (folder / "b.md").write_text(markdown(2))
    assert run("import", folder, "--url", fresh.url).returncode == 0
    wait_for(lambda: count(fresh) == 7)
    (folder / "a.md").write_text(markdown(3))
    (folder / "b.md").unlink()
    assert run("import", folder, "--url", fresh.url).returncode == 0
    wait_for(lambda: count(fresh) == 5)
    assert run("import", folder, "--url", fresh.url, "--prune").returncode == 0
    wait_for(lambda: count(fresh) == 3)


def test_an_index_that_was_emptied_is_noticed(fresh, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"id": f"{number}", "text": "x"}) + "\n" for number in range(30)))
    options = ("--url", fresh.url, "--id-field", "id")
    assert run("import", path, *options).returncode == 0
    wait_for(lambda: count(fresh) == 30)
    fresh.send("DELETE", "/vectors", json={"ids": [f"{number}" for number in range(30)], "wait": True})
    with closing(sqlite3.connect(tmp_path / "a.jsonl.journal")) as journal, journal:
        journal.execute("UPDATE documents SET accepted_at = accepted_at - 3600")
    done = run("import", path, *options)
    assert done.returncode == 2
    assert "--fresh" in done.stderr
    assert count(fresh) == 0
    assert run("import", path, *options, "--fresh").returncode == 0
    wait_for(lambda: count(fresh) == 30)
