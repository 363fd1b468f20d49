"""Deletion by namespace and by filter: which vectors, how many at a time, and what it says about the others."""

import json
from collections import Counter
from hashlib import sha256

import pytest

from embedder.vectorize import answers
from tests.core.emulated import EmulatedIndex
from tests.core.fake_index import app_with
from tests.core.fakes import error, json_of

NEVER = 1e12


def put(app, count, namespace=None, first=0, **metadata):
    for start in range(first, first + count, 1000):
        numbers = range(start, min(start + 1000, first + count))
        items = [
            {"id": f"{namespace}-{n}", "text": f"text {n} {n * n}", "metadata": {"year": n, **metadata}}
            for n in numbers
        ]
        body = {"documents": items, "namespace": namespace}
        assert app.send("PUT", "/vectors", json.dumps(body).encode()).status == 200


def delete(app, **body):
    return app.send("DELETE", "/vectors", json.dumps(body).encode())


class Recorded(EmulatedIndex):
    """Records the ids of deletions. Fails the deletion number `fail`."""

    def __init__(self, *, fail=None, **options):
        super().__init__(**options)
        self.deleted: list[list[str]] = []
        self.fail = fail

    def send(self, method, *given):
        if method == "deleteByIds":
            if len(self.deleted) == self.fail:
                raise answers.error("VECTOR_DELETE_ERROR (code = 40041): Too Many Requests")
            self.deleted.append(given[0])
        return super().send(method, *given)


@pytest.fixture
def index():
    return Recorded()


@pytest.fixture
def app(index):
    """An application with 30 vectors in each of three namespaces, and 30 without one."""
    found = app_with(index)
    for namespace in ("acme", "bolt", "rival", None):
        put(found, 30, namespace)
    index.calls.clear()
    found.model.calls.clear()
    return found


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "ids"),
        ({"wait": True}, "ids"),
        ({"ids": None, "namespace": None, "filter": None}, "ids"),
        ({"ids": ["a"], "namespace": "acme"}, "ids"),
        ({"ids": ["a"], "filter": {"year": 1}}, "ids"),
        ({"filter": {}}, "filter"),
        ({"filter": {}, "namespace": "acme"}, "filter"),
        ({"filter": {"year": {"$near": 1}}}, "filter.year"),
        ({"filter": {"lang": "x" * 64}}, "filter.lang"),
        ({"filter": {"lang": {"$in": ["de", "é" * 32]}}}, "filter.lang"),
        ({"filter": {"lang": {"$ne": "x" * 70}}}, "filter.lang"),
        ({"namespace": ""}, "namespace"),
        ({"namespace": "n" * 65}, "namespace"),
        ({"ids": []}, "ids"),
    ],
)
def test_rejects_a_deletion_that_is_not_clear(index, body, param):
    assert error(delete(app_with(index), **body)) == (400, "invalid_request", param)
    assert index.calls == []


def test_deletes_a_whole_namespace_and_nothing_else(app, index):
    before = index.stored()
    answer = json_of(delete(app, namespace="acme"))
    assert answer == {"count": 30, "mutation_ids": ["m5"], "visible": None, "deleted": 30, "more": False}
    assert index.stored() == {name: item for name, item in before.items() if item["namespace"] != "acme"}
    assert index.calls == ["query", "deleteByIds", "query"]
    assert app.model.calls == []


@pytest.mark.parametrize(("namespace", "count"), [(None, 40), ("acme", 10)])
def test_deletes_what_a_filter_finds(app, index, namespace, count):
    body = {"filter": {"year": {"$gte": 20}}} | ({"namespace": namespace} if namespace else {})
    assert json_of(delete(app, **body))["deleted"] == count
    left = Counter(item["namespace"] for item in index.stored().values())
    assert sorted(left.values()) == ([20] * 4 if namespace is None else [20, 30, 30, 30])


def test_nothing_to_delete_is_said(app, index):
    for body in ({"namespace": "nobody"}, {"filter": {"year": 1_000}}, {"filter": {"no-index": "x"}}):
        answer = json_of(delete(app, **body, wait=True))
        assert answer == {"count": 0, "mutation_ids": [], "visible": None, "deleted": 0, "more": False}
    assert index.deleted == []


@pytest.mark.slow
def test_a_request_deletes_at_most_1000_vectors_and_says_that_others_remain(index):
    app = app_with(index)
    put(app, 1100, "acme")
    answer = json_of(delete(app, namespace="acme"))
    assert (answer["deleted"], answer["more"], len(answer["mutation_ids"])) == (1000, True, 10)
    assert len(index.stored()) == 100
    answer = json_of(delete(app, namespace="acme"))
    assert (answer["deleted"], answer["more"]) == (100, False)
    assert index.stored() == {}


def hidden(count):
    """Return an index that shows no later write until `now` is moved, and an application."""
    index = Recorded(delay_ms=NEVER)
    app = app_with(index)
    put(app, count, "acme")
    index.now += NEVER
    assert len(index.stored()) == count
    return index, app


@pytest.mark.slow
def test_vectors_whose_deletion_is_not_visible_yet_are_deleted_once():
    index, app = hidden(250)
    answer = json_of(delete(app, namespace="acme"))
    names = [name for part in index.deleted for name in part]
    assert len(index.stored()) == 250
    assert len(names) == len(set(names)) == answer["deleted"] > 100  # each query finds others
    assert answer["more"] is True  # it can't know
    index.now += NEVER
    answer = json_of(delete(app, namespace="acme"))
    assert (answer["deleted"], answer["more"]) == (250 - len(names), False)


def test_a_full_answer_without_new_vectors_may_hide_others():
    index, app = hidden(101)
    assert json_of(delete(app, namespace="acme"))["more"] is True
    assert index.calls.count("query") < 10


def test_a_query_that_finds_less_than_it_may_has_found_all():
    index, app = hidden(99)
    answer = json_of(delete(app, namespace="acme"))
    assert (answer["deleted"], answer["more"]) == (99, False)
    assert index.calls[-3:] == ["query", "deleteByIds", "query"]


def test_no_round_begins_in_the_second_half_of_the_deadline(index):
    app = app_with(index, DEADLINE_S="2")
    put(app, 300, "acme")
    send = index.send

    def slow(method, *given):
        app.now += 600  # ms
        return send(method, *given)

    index.send = slow
    answer = json_of(delete(app, namespace="acme"))
    assert (answer["deleted"], answer["more"]) == (100, True)


def test_a_failure_names_the_ids_that_were_deleted(index):
    app = app_with(index)
    put(app, 300, "acme")
    index.fail = 2
    answer = json_of(delete(app, namespace="acme"))
    assert answer["error"]["code"] == "upstream_busy"
    assert "200 vectors were deleted before that; send the request again" in answer["error"]["message"]
    assert sorted(answer["accepted"]) == sorted(name for part in index.deleted for name in part)
    assert len(index.stored()) == 100


def test_waiting_waits_for_the_last_deletion(app):
    assert json_of(delete(app, namespace="acme", wait=True))["visible"] is True


def test_an_index_of_other_dimensions_is_a_mismatch(index, monkeypatch):
    monkeypatch.setattr("embedder.vectorize.store.DIMENSIONS", 512)
    app = app_with(index)
    assert error(delete(app, namespace="acme"))[:2] == (409, "index_mismatch")


def test_other_workers_delete_with_null_in_place_of_the_ids(app, index):
    answer = json.loads(app.call("delete", None, {"namespace": "acme"}).text)
    assert (answer["ok"], answer["deleted"], answer["more"]) == (True, 30, False)
    assert len(index.stored()) == 90


KEY = "a-key-of-this-test"


@pytest.mark.parametrize("own", [["acme"], ["acme", "bolt"]])
def test_a_key_with_namespaces_deletes_in_its_own(index, own):
    entry = {"name": "k", "sha256": sha256(KEY.encode()).hexdigest(), "scopes": ["write"], "namespaces": own}
    free, bound = app_with(index), app_with(index, AUTH="on", API_KEYS=json.dumps([entry]))
    for namespace in ("acme", "bolt", "rival", None):
        put(free, 10, namespace)

    def ask(**body):
        return bound.send("DELETE", "/vectors", json.dumps(body).encode(), authorization=f"Bearer {KEY}")

    assert error(ask(namespace="rival")) == (403, "forbidden", "namespace")
    assert len(index.stored()) == 40
    if len(own) > 1:
        assert error(ask(filter={"year": {"$gte": 0}})) == (403, "forbidden", "namespace")
    answer = ask(filter={"year": {"$gte": 5}}, **({"namespace": "acme"} if len(own) > 1 else {}))
    assert json_of(answer)["deleted"] == 5
    assert json_of(ask(namespace="acme"))["deleted"] == 5
    assert len(index.stored()) == 30
    assert "acme" not in {item["namespace"] for item in index.stored().values()}
