"""The calls of the index: how many, and how large."""

import json

import pytest

from tests.core.emulated import EmulatedIndex
from tests.core.fake_index import FakeIndex, app_with, documents, put
from tests.core.fakes import json_of, run
from tests.core.keyed import keyed, send
from tests.core.vectorize.conformance import CHECKS


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("index", [FakeIndex, EmulatedIndex])
def test_the_indexes_of_the_tests_behave_like_the_binding(index, check):
    """tests/runtime/index/test_index.py has the same test of the binding."""
    run(check(index(), None))


def test_gets_in_calls_of_20_and_deletes_in_calls_of_100():
    index = FakeIndex()
    app = app_with(index)
    put(app, {"documents": documents(45)})
    names = [f"doc-{number}" for number in range(50)]
    answer = json_of(app.send("GET", "/vectors", query="ids=" + ",".join(names[:25]) + "&ids=" + ",".join(names[25:])))
    assert [len(call) for call in index.named("getByIds")] == [20, 20, 10]
    assert index.reserved == [50]
    assert [item["id"] for item in answer["vectors"]] == names[:45]
    assert answer["missing"] == sorted(names[45:])
    deleted = json_of(app.send("DELETE", "/vectors", json.dumps({"ids": [f"x{n}" for n in range(250)]}).encode()))
    assert [len(call) for call in index.named("deleteByIds")] == [100, 100, 50]
    assert deleted["count"] == 250


def test_reading_many_vectors_reserves_room_for_those_of_six_calls():
    index = FakeIndex()
    assert send(keyed(index, namespaces=["n"]), "PUT", "/vectors", {"documents": documents(1000)}).status == 200
    assert index.reserved == [120]
