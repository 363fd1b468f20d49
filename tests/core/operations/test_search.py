"""The operation search, on fakes and on the emulator: exact scores, thresholds and diversity."""

import json

import pytest

from tests.core.emulated import EmulatedIndex
from tests.core.fake_index import MATCHES, FakeIndex, app_with, documents, put
from tests.core.fakes import error, json_of
from tests.core.keyed import keyed, send


def test_search_by_text_and_by_id():
    index = FakeIndex(matches=MATCHES)
    app = app_with(index)
    found = json_of(
        app.ask("/search", {"text": "hello", "top_k": 3, "namespace": "n", "filter": {"year": {"$gte": 2020}}})
    )
    assert [match["id"] for match in found["matches"]] == ["a", "b"]
    assert app.model.calls == [["task: search result | query: hello"]]
    wanted = {
        "topK": 3,
        "returnValues": False,
        "returnMetadata": "all",
        "namespace": "n",
        "filter": {"year": {"$gte": 2020}},
    }
    assert index.named("query") == [wanted]
    json_of(app.ask("/search", {"id": "doc-1", "metadata": "none", "top_k": 100}))
    assert index.named("doc-1") == [{"topK": 100, "returnValues": False, "returnMetadata": "none"}]
    assert len(app.model.calls) == 1


def test_matches_below_min_score_are_left_out():
    found = json_of(app_with(FakeIndex(matches=MATCHES)).ask("/search", {"text": "a", "min_score": 0.5}))
    assert found["matches"] == [{"id": "a", "score": 0.9, "metadata": {"text": "x"}}]
    assert (found["count"], found["exact"]) == (1, True)


def options_of(**fields):
    """Return the options of the query that a search makes, and its answer."""
    index = FakeIndex(matches=[{"id": "a", "score": 0.9, "values": 0}])
    found = json_of(app_with(index).ask("/search", {"text": "hello", **fields}))
    [options] = index.named("query")
    return options, found


@pytest.mark.parametrize(
    ("fields", "exact"),
    [
        ({}, False),
        ({"exact": False, "min_score": None, "diversity": 0}, False),
        ({"exact": True}, True),
        ({"min_score": 0.5}, True),
        ({"min_score": 0}, True),
        ({"min_score": -1}, True),
        ({"exact": False, "min_score": 0.5}, True),
        ({"exact": True, "metadata": "none", "top_k": 50}, True),
    ],
)
def test_values_are_asked_for_if_the_scores_have_to_be_exact(fields, exact):
    options, found = options_of(**fields)
    assert options["returnValues"] is exact
    assert (found["exact"], found["order"]) == (exact, "score")


@pytest.mark.parametrize("fields", [{"exact": True}, {"min_score": 0.5}, {"diversity": 0.5}])
@pytest.mark.parametrize("query", [{"text": "text 1"}, {"id": "doc-1"}])
def test_values_that_were_not_asked_for_are_dropped(query, fields):
    app = app_with(FakeIndex())
    put(app, {"documents": documents(3)})
    answer = json_of(app.ask("/search", {**query, **fields, "min_score": -1}))
    assert answer["count"] == 3
    assert all("values" not in match for match in answer["matches"])
    reply = json.loads(app.call("search", query.get("text"), {**query, **fields}).text)
    assert (reply["ok"], reply["exact"], "values" in reply["matches"][0]) == (True, True, False)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"exact": True}, "exact"),
        ({"min_score": 0.5}, "min_score"),
        ({"min_score": 0}, "min_score"),
        ({"diversity": 0.1}, "diversity"),
        ({"values": True}, "values"),
        ({"exact": True, "min_score": 0, "diversity": 1}, "exact, min_score, diversity"),
    ],
)
@pytest.mark.parametrize("metadata", ["none", "indexed", "all"])
def test_more_than_50_exact_matches_are_rejected_before_the_model_is_called(fields, named, metadata):
    index = FakeIndex()
    app = app_with(index)
    answer = app.ask("/search", {"text": "a", "top_k": 51, "metadata": metadata, **fields})
    assert error(answer) == (400, "invalid_request", "top_k")
    with_metadata = ", metadata all" if metadata == "all" else ""
    assert f"top_k is 51; with {named}{with_metadata} it must be 1 to 50." in answer.text
    assert (app.model.calls, index.calls) == ([], [])


@pytest.mark.parametrize("diversity", [-0.1, 1.1, "1", None, True])
def test_rejects_another_diversity(diversity):
    answer = app_with(FakeIndex()).ask("/search", {"text": "a", "diversity": diversity})
    assert error(answer) == (400, "invalid_request", "diversity")


def near_copies(index):
    """Store three copies of a text, and two others, in a namespace. Return the application."""
    app = app_with(index)
    texts = {
        "a1": "red planet mars",
        "a2": "red planet mars",
        "a3": "red planet mars",
        "b": "red apple",
        "c": "a planet",
    }
    items = [{"id": name, "text": text, "metadata": {"year": len(name)}} for name, text in texts.items()]
    json_of(put(app, {"documents": items, "namespace": "n"}))
    json_of(put(app, {"documents": [{"id": "foreign", "text": "planet red mars"}], "namespace": "other"}))
    return app


def ids(answer):
    return [match["id"] for match in json_of(answer)["matches"]]


@pytest.mark.parametrize("index", [FakeIndex, EmulatedIndex])
def test_diverse_results_keep_their_scores_and_leave_copies_out(index):
    app = near_copies(index())
    plain = json_of(app.ask("/search", {"text": "red planet mars", "namespace": "n", "exact": True, "top_k": 5}))
    scores = {match["id"]: match["score"] for match in plain["matches"]}
    found = json_of(app.ask("/search", {"text": "red planet mars", "namespace": "n", "diversity": 0.7, "top_k": 3}))
    assert (found["exact"], found["order"], found["count"]) == (True, "diversity", 3)
    assert [match["id"] for match in plain["matches"][:3]] == ["a1", "a2", "a3"]
    assert {match["id"] for match in found["matches"]} == {"a1", "b", "c"}
    assert all(match["score"] == pytest.approx(scores[match["id"]], abs=1e-9) for match in found["matches"])


def test_a_diversity_of_0_changes_nothing():
    app = near_copies(FakeIndex())
    for fields in ({}, {"exact": True}, {"min_score": 0.2, "top_k": 2}, {"values": True}):
        body = {"text": "red planet", "namespace": "n", **fields}
        assert app.ask("/search", {**body, "diversity": 0}).text == app.ask("/search", body).text
        assert app.ask("/search", {**body, "diversity": 0.0}).text == app.ask("/search", body).text
    assert json_of(app.ask("/search", {"text": "a", "metadata": "none", "top_k": 100, "diversity": 0}))


def test_diversity_asks_for_50_candidates_and_returns_top_k():
    options, found = options_of(diversity=0.2, top_k=1, filter={"lang": "en"}, namespace="n", metadata="none")
    assert (options["topK"], options["returnValues"], options["returnMetadata"]) == (50, True, "none")
    assert (options["filter"], options["namespace"]) == ({"lang": "en"}, "n")
    assert found["count"] == 1


def test_min_score_removes_candidates_before_diversity_chooses():
    app = near_copies(FakeIndex())
    body = {"text": "red planet mars", "namespace": "n", "top_k": 5, "min_score": 0.99}
    assert sorted(ids(app.ask("/search", {**body, "diversity": 1}))) == ["a1", "a2", "a3"]


def test_diversity_stays_within_the_filter_and_the_namespace():
    app = near_copies(EmulatedIndex())
    body = {"text": "red planet mars", "namespace": "n", "diversity": 1, "top_k": 50}
    assert sorted(ids(app.ask("/search", body))) == ["a1", "a2", "a3", "b", "c"]
    assert sorted(ids(app.ask("/search", {**body, "filter": {"year": 1}}))) == ["b", "c"]


def test_diversity_finds_nothing_of_namespaces_that_the_key_does_not_reach():
    index = EmulatedIndex()
    near_copies(index)
    app = keyed(index, namespaces=["other"])
    for namespace in ({}, {"namespace": "other"}):
        body = {"text": "red planet mars", "diversity": 0.9, "top_k": 50, **namespace}
        assert ids(send(app, "POST", "/search", body)) == ["foreign"]
    assert send(app, "POST", "/search", {"text": "a", "diversity": 1, "namespace": "n"}).status == 403


def test_matches_that_the_key_does_not_reach_are_no_candidates():
    """Vectorize may answer with more than was asked for."""
    matches = [{"id": "a", "score": 0.9, "values": 0}, {"id": "b", "score": 0.5, "values": 1}]
    index = FakeIndex(matches=[{**match, "namespace": name} for match, name in zip(matches, "xy", strict=True)])
    assert ids(send(keyed(index, namespaces=["y"]), "POST", "/search", {"text": "a", "diversity": 0.5})) == ["b"]


def test_a_diverse_search_by_id_begins_with_the_vector_itself():
    app = near_copies(EmulatedIndex())
    assert ids(app.ask("/search", {"id": "b", "namespace": "n", "diversity": 1, "top_k": 2}))[0] == "b"


def test_a_match_without_values_is_an_invalid_answer():
    app = app_with(FakeIndex(matches=[{"id": "a", "score": 0.9}]))
    assert error(app.ask("/search", {"text": "a", "diversity": 0.5}))[:2] == (502, "upstream_invalid")


def test_an_id_that_is_not_stored_is_named_as_the_field():
    answer = near_copies(EmulatedIndex()).ask("/search", {"id": "nowhere", "diversity": 0.5})
    assert error(answer) == (404, "not_found", "id")
