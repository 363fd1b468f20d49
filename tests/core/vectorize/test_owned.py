"""Which vectors of an index a key reaches; see also tests/core/test_namespaces.py."""

from tests.core.emulated import EmulatedIndex
from tests.core.fake_index import FakeIndex, app_with
from tests.core.fakes import error, json_of
from tests.core.keyed import keyed, send


def test_a_match_of_another_namespace_is_neither_found_nor_deleted():
    names = [{"namespace": "a"}, {"namespace": "b"}, {}]
    index = FakeIndex(matches=[{"id": f"{place}", "score": 0.5, **name} for place, name in enumerate(names)])
    app = keyed(index, namespaces=["a"])
    found = json_of(send(app, "POST", "/search", {"text": "x", "namespace": "a"}))
    assert [match["id"] for match in found["matches"]] == ["0"]
    assert found["count"] == 1
    assert send(app, "DELETE", "/vectors", {"namespace": "a"}).status == 200
    assert index.named("deleteByIds") == [["0"]]


def test_an_owner_that_is_named_twice_lets_nobody_write():
    index = FakeIndex(found=[{"id": "a", "namespace": "theirs"}, {"id": "a", "namespace": "mine"}])
    app = keyed(index, namespaces=["mine"])
    body = {"documents": [{"id": "a", "text": "x"}]}
    assert error(send(app, "PUT", "/vectors", body))[:2] == (502, "upstream_invalid")
    assert index.named("upsert") == []


def test_a_full_answer_with_foreign_matches_may_hide_others():
    matches = [{"id": f"{number}", "score": 0.5, "namespace": "b" if number else "a"} for number in range(100)]
    index = FakeIndex(matches=matches)
    answer = json_of(app_with(index).send("DELETE", "/vectors", b'{"namespace": "a"}'))
    assert (answer["deleted"], answer["more"]) == (1, True)


def test_1000_ids_are_read_in_calls_of_20():
    index = EmulatedIndex()
    documents = [{"id": f"n{n}", "text": "a"} for n in range(1000)]
    assert send(keyed(index, namespaces=["acme"]), "PUT", "/vectors", {"documents": documents}).status == 200
    assert index.calls == ["describe"] + ["getByIds"] * 50 + ["upsert"] * 10
