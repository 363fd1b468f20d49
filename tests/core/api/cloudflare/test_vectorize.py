"""Vectorize's REST API on a fake index: what reaches the index, and the envelope of every error."""

import json

import pytest

from embedder.settings import Settings, SettingsError
from tests.core.fake_index import MATCHES, FakeIndex, app_with
from tests.core.fakes import FakeApp, json_of
from tests.strategies import INDEX, VECTOR
from tools.runtime import ROOT


def vectors(count):
    return [{"id": f"v{number}", "values": [number, *VECTOR[1:]]} for number in range(count)]


def ask(app, name, body, **options):
    return app.ask(f"{INDEX}/{name}", body, **options)


def errors(response):
    answer = json_of(response)
    assert (answer["result"], answer["success"], answer["messages"]) == (None, False, [])
    return response.status, answer["errors"][0]["code"], answer["errors"][0]["message"]


@pytest.mark.parametrize("method", ["insert", "upsert"])
def test_1000_vectors_are_one_call_without_the_model(method):
    index = FakeIndex()
    app = app_with(index)
    items = vectors(1000)
    items[1] |= {"namespace": "n", "metadata": {"lang": "en"}}
    items[2] |= {"namespace": None, "metadata": {}}
    answer = json_of(ask(app, method, {"vectors": items}))
    assert answer == {"result": {"mutationId": "m1"}, "success": True, "errors": [], "messages": []}
    [written] = index.named(method)
    assert written[:3] == [{"id": "v0"}, {"id": "v1", "metadata": {"lang": "en"}, "namespace": "n"}, {"id": "v2"}]
    assert [vector["values"][0] for vector in index.vectors.values()] == list(range(1000))
    assert app.model.calls == []


def test_the_options_of_a_query_reach_the_index():
    index = FakeIndex(matches=MATCHES)
    app = app_with(index)
    body = {"vector": VECTOR, "topK": 7, "namespace": "n", "filter": {"a": 1}, "returnMetadata": "indexed"}
    found = json_of(ask(app, "query", body))["result"]
    assert found["matches"][1] == {"id": "b", "score": 0.2}
    assert "values" not in found["matches"][0]
    [options] = index.named("query")
    assert options == {"returnValues": False, **{name: body[name] for name in body if name != "vector"}}
    assert ask(app, "query", {"vectorId": "a"}).status == 200
    assert index.calls[-1] == ("a", {"topK": 5, "returnValues": False, "returnMetadata": "none"})


REJECTED = {
    "insert": {"vectors": [*vectors(2), *vectors(1)]},
    "upsert": {"vectors": [{**vectors(1)[0], "metadata": {"x": "y" * 10_240}}]},
    "query": {"vector": VECTOR, "topK": 51, "returnMetadata": "all"},
    "get_by_ids": {"ids": ["a", "a"]},
    "delete_by_ids": {"ids": [""]},
}


@pytest.mark.parametrize("name", REJECTED)
def test_nothing_is_called_for_a_rejected_request(name):
    index = FakeIndex()
    assert errors(ask(app_with(index), name, REJECTED[name]))[:2] == (400, 40026)
    other = app_with(index).ask(f"{INDEX}-2/{name}", {"ids": ["a"], "vector": VECTOR, "vectors": vectors(1)})
    assert other.status in (400, 404)
    assert index.calls == []


def test_delete_by_ids_returns_the_last_mutation_and_names_what_was_accepted():
    ids = {"ids": [f"v{number}" for number in range(250)]}
    assert json_of(ask(app_with(FakeIndex()), "delete_by_ids", ids))["result"] == {"mutationId": "m3"}
    status, code, message = errors(ask(app_with(FakeIndex(fail_write=2)), "delete_by_ids", ids))
    assert (status, code) == (503, 40041)
    assert "200 of 250 were accepted" in message


def test_an_index_with_other_dimensions_is_a_mismatch():
    for name, body in (("upsert", {"vectors": vectors(1)}), ("query", {"vector": VECTOR})):
        status, _, message = errors(ask(app_with(FakeIndex(dimensions=1024)), name, body))
        assert (status, "The index has 1024 dimensions" in message) == (409, True)


def test_without_an_index_the_error_says_what_to_add():
    for app in (FakeApp(), FakeApp(VECTORIZE_INDEX="embedder")):
        assert errors(app.send("GET", f"{INDEX}/info"))[0] == 501
        assert "[[vectorize]]" in errors(ask(app, "query", {"vector": VECTOR}))[2]


def test_the_default_name_is_that_of_the_configuration():
    assert f'index_name = "{Settings().vectorize_index}"' in (ROOT / "wrangler.toml").read_text(encoding="utf-8")


def test_the_variable_names_the_index():
    app = app_with(FakeIndex(), VECTORIZE_INDEX="documents")
    assert json_of(app.send("GET", INDEX.replace("embedder", "documents")))["result"]["name"] == "documents"
    unknown = "Unknown index 'embedder'; this service has the index 'documents'."
    assert errors(app.send("GET", INDEX)) == (404, 3000, unknown)
    for name in ("", "a/b", "n" * 65):
        with pytest.raises(SettingsError, match="VECTORIZE_INDEX must be the name of an index"):
            Settings.from_env({"VECTORIZE_INDEX": name})


def test_html_forms_need_a_key_and_ndjson_does_not():
    body = json.dumps(vectors(1)[0]).encode()
    app = app_with(FakeIndex())
    for kind, status in (("application/x-ndjson", 200), ("multipart/form-data", 415), ("text/plain", 415), ("", 415)):
        assert app.send("POST", f"{INDEX}/upsert", body, content_type=kind).status == status, kind
    keyed = {"content_type": "multipart/form-data", "authorization": "Bearer x"}
    assert app.send("POST", f"{INDEX}/upsert", body, **keyed).status == 200
