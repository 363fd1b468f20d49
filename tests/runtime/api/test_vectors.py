"""Storing, searching, getting and deleting under the real runtime, with the Vectorize emulator."""

import ast
import re
import sysconfig
from collections import Counter
from pathlib import Path

import pytest

BATCH = 500
EVERY = 3  # docstrings; those of PHRASES are stored in any case
PHRASES = {
    "textwrap.dedent": "remove any common leading whitespace from every line",
    "bisect.insort_right": "insert item x in list a and keep it sorted",
    "base64.b64encode": "encode the bytes-like object using Base64",
    "heapq.nlargest": "find the n largest elements in a dataset",
}


def docstrings() -> dict[str, str]:
    """Return the docstrings of the standard library, by module and name of the public function or class."""
    found = {}
    library = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(library.glob("*.py")) + sorted(library.glob("[a-z]*/*.py")):
        if "test" in path.parts[-2] or path.parts[-2] in ("site-packages", "idlelib", "lib2to3", "turtledemo"):
            continue
        module = ast.parse(path.read_bytes())
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) and not node.name.startswith(
                "_"
            ):
                text = ast.get_docstring(node)
                if text:
                    found[f"{path.stem}.{node.name}"[:64]] = text[:2000]
    return found


@pytest.fixture(scope="module")
def library(worker):
    """Store more than a thousand docstrings."""
    every = docstrings()
    found = dict([*every.items()][::EVERY]) | {name: every[name] for name in PHRASES}
    assert len(found) > 1000
    items = [{"id": name, "text": text, "title": name.split(".")[1]} for name, text in found.items()]
    for start in range(0, len(items), BATCH):
        last = start + BATCH >= len(items)
        body = {"documents": items[start : start + BATCH], "namespace": "stdlib", "wait": last}
        response = worker.send("PUT", "/vectors", json=body)
        assert response.status_code == 200, response.text
    assert response.json()["visible"] is True
    return found


def rare_words(library: dict[str, str], count: int) -> dict[str, str]:
    """Return functions from all of the library, each with a word that at most one other docstring contains."""
    words = {name: set(re.findall(r"[a-z]{6,}", text.lower())) for name, text in library.items()}
    frequency = Counter(word for found in words.values() for word in found)
    rare = {name: [word for word in sorted(found) if frequency[word] <= 2] for name, found in words.items()}
    named = sorted(name for name, found in rare.items() if found)
    return {name: rare[name][0] for name in named[:: len(named) // count]}


def test_a_rare_word_finds_its_docstring_among_five_matches(worker, library):
    asked = rare_words(library, 50)
    assert len(asked) >= 50
    missed = []
    for name, word in asked.items():
        found = worker.post("/search", {"text": word, "namespace": "stdlib", "metadata": "none"}).json()
        if name not in [match["id"] for match in found["matches"]]:
            missed.append((name, word))
    # the lexical emulator hashes words to 768 numbers: one word of a long docstring has little weight
    assert len(missed) <= len(asked) / 10, missed


@pytest.mark.parametrize(("name", "words"), PHRASES.items(), ids=PHRASES)
def test_a_phrase_finds_its_docstring(worker, library, name, words):
    found = worker.post("/search", {"text": words, "namespace": "stdlib", "top_k": 5}).json()
    assert name in [match["id"] for match in found["matches"]]
    assert found["matches"][0]["metadata"]["text"] in library.values()


def test_gets_stored_vectors_and_another_namespace_is_empty(worker, library):
    names = sorted(library)[:50]
    read = worker.send("GET", "/vectors", params={"ids": ",".join([*names, "no.such"])}).json()
    assert sorted(item["id"] for item in read["vectors"]) == names
    assert read["missing"] == ["no.such"]
    elsewhere = worker.post("/search", {"text": "median", "namespace": "elsewhere"}).json()
    assert elsewhere == {"count": 0, "matches": [], "exact": False, "order": "score"}


def test_the_index_fits_the_model_and_counts_vectors(worker, library):
    index = worker.send("GET", "/index").json()
    assert (index["fits"], index["dimensions"]) == (True, 768)
    assert index["vector_count"] >= len(library)


def test_filters_use_metadata_indexes(worker):
    items = [
        {"id": f"year-{year}", "text": f"the year {year}", "metadata": {"year": year}} for year in range(2000, 2010)
    ]
    worker.send("PUT", "/vectors", json={"documents": items, "namespace": "years", "wait": True})
    asked = {"text": "the year", "namespace": "years", "filter": {"year": {"$gte": 2003, "$lt": 2006}}, "top_k": 20}
    found = worker.post("/search", asked).json()
    assert sorted(match["id"] for match in found["matches"]) == ["year-2003", "year-2004", "year-2005"]


def test_stores_with_embed_searches_by_id_and_deletes(worker):
    store = {"ids": ["one", "two"], "namespace": "kept", "wait": True}
    kept = worker.post("/embed", {"text": ["red apple", "red apples"], "dimensions": 256, "store": store}).json()
    assert (kept["shape"], kept["stored"]["visible"]) == ([2, 256], True)
    similar = worker.post("/search", {"id": "one", "namespace": "kept", "top_k": 2, "values": True}).json()
    assert [match["id"] for match in similar["matches"]] == ["one", "two"]
    assert len(similar["matches"][0]["values"]) == 768
    deleted = worker.send("DELETE", "/vectors", json={"ids": ["one", "two"], "wait": True}).json()
    assert deleted["visible"] is True
    assert worker.send("GET", "/vectors?ids=one,two").json()["missing"] == ["one", "two"]


def test_deletes_a_namespace_in_rounds(worker):
    """The emulator shows deletions after 300 ms, so that a round finds vectors that are deleted already."""
    items = [{"id": f"leaving-{n}", "text": f"text {n} {n * n}", "metadata": {"year": n}} for n in range(250)]
    items.append({"id": "staying", "text": "text 1 1"})
    for part, namespace in ((items[:-1], "leaving"), (items[-1:], "staying")):
        worker.send("PUT", "/vectors", json={"documents": part, "namespace": namespace, "wait": True})
    body = {"namespace": "leaving", "filter": {"year": {"$gte": 150}}, "wait": True}
    first = worker.send("DELETE", "/vectors", json=body).json()
    assert (first["visible"], first["deleted"]) == (True, 100)
    answers = []
    while not answers or answers[-1]["more"]:
        answers.append(worker.send("DELETE", "/vectors", json={"namespace": "leaving", "wait": True}).json())
    assert first["deleted"] + sum(answer["deleted"] for answer in answers) == 250
    assert worker.post("/search", {"text": "text", "namespace": "leaving"}).json()["count"] == 0
    assert worker.send("GET", "/vectors?ids=staying").json()["missing"] == []


def test_insert_keeps_an_existing_vector(worker):
    for mode, text in (("upsert", "first"), ("insert", "second")):
        body = {"documents": [{"id": "same", "text": text}], "namespace": "modes", "mode": mode, "wait": True}
        assert worker.send("PUT", "/vectors", json=body).json()["visible"] is True
    [kept] = worker.send("GET", "/vectors?ids=same").json()["vectors"]
    assert kept["metadata"]["text"] == "first"


def test_a_partial_failure_names_the_accepted_ids(worker):
    items = [{"id": f"part-{n}", "text": f"text {n}"} for n in range(250)]
    items[210]["id"] = "fault:40041"
    response = worker.send("PUT", "/vectors", json={"documents": items})
    answer = response.json()
    assert (response.status_code, answer["error"]["code"]) == (503, "upstream_busy")
    assert (len(answer["accepted"]), len(answer["not_accepted"])) == (200, 50)


def test_a_rejection_by_vectorize_is_returned_as_an_error(worker):
    response = worker.send("PUT", "/vectors", json={"documents": [{"id": "fault:40012", "text": "a"}]})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")
    assert "Traceback" not in response.text


def test_a_search_by_an_unknown_id_is_not_found(worker):
    response = worker.post("/search", {"id": "never-stored"})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["param"]) == (404, "not_found", "id")


def test_documents_can_be_queued(worker):
    """Other tests send such requests too: the queue of tests/local.py must accept them at once."""
    documents = [{"id": "queued-\U00012043", "text": "\U000360b1"}, {"id": "queued-2", "text": "a"}]
    answer = worker.send("PUT", "/vectors", json={"documents": documents, "queue": True})
    assert (answer.status_code, answer.json()["ids"]) == (202, [item["id"] for item in documents])


def test_exact_scores_and_diversity(worker):
    """Over HTTP, with the emulator's quantised vectors."""
    texts = {"mars-1": "mars is red", "mars-2": "mars is red", "venus": "venus is hot", "red": "a red apple"}
    items = [{"id": name, "text": text, "metadata": {"year": 1}} for name, text in texts.items()]
    worker.send("PUT", "/vectors", json={"documents": items, "namespace": "diverse", "wait": True})
    asked = {"text": "mars is red", "namespace": "diverse", "task": "search_document", "top_k": 3}
    scores = {
        name: {match["id"]: match["score"] for match in worker.post("/search", {**asked, **fields}).json()["matches"]}
        for name, fields in {
            "no": {},
            "exact": {"exact": True},
            "min": {"min_score": 0},
            "values": {"values": True},
        }.items()
    }
    assert scores["exact"]["mars-1"] == pytest.approx(1, abs=1e-6)
    assert scores["no"]["mars-1"] == pytest.approx(1, abs=0.01)
    assert scores["no"]["mars-1"] != pytest.approx(1, abs=1e-6)
    assert scores["exact"] == scores["values"]
    assert scores["exact"].items() >= scores["min"].items()
    for values in (False, True):
        found = worker.post("/search", {**asked, "diversity": 0.7, "values": values}).json()
        assert (found["count"], found["exact"], found["order"]) == (3, True, "diversity")
        names = [match["id"] for match in found["matches"]]
        assert (names[0], "mars-2" in names) == ("mars-1", False)
        assert ["values" in match for match in found["matches"]] == [values] * 3
    own = worker.send("GET", "/vectors", params={"ids": ",".join(names)}).json()["vectors"]
    assert {match["id"]: match["values"] for match in found["matches"]} == {item["id"]: item["values"] for item in own}


def test_vectors_with_much_metadata_are_found_and_read(worker):
    """Python passes a text of over 64 KB as bytes: the answer was a plain 500, and its memory stayed reserved."""
    ids = [f"much {number}" for number in range(20)]
    documents = [{"id": name, "text": f"{name} " + "é" * 3_000} for name in ids]
    written = worker.send("PUT", "/vectors", json={"documents": documents, "namespace": "much", "wait": True})
    assert written.json()["visible"] is True
    asked = {"text": "much", "namespace": "much", "top_k": 20, "metadata": "all", "values": True}
    found = worker.post("/search", asked).json()
    assert {match["id"]: match["metadata"]["text"] for match in found["matches"]} == {
        document["id"]: document["text"] for document in documents
    }
    read = worker.send("GET", "/vectors", params={"ids": ids}).json()
    assert [len(item["values"]) for item in read["vectors"]] == [768] * 20
