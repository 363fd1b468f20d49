"""The namespaces of keys, on every way into the index."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.queue import consumer
from tests import strategies
from tests.core.fake_index import app_with
from tests.core.fakes import FakeBatch, FakeQueue, error, json_of, run
from tests.core.keyed import TENANTS, filled_index, keyed, send


def test_a_key_with_one_namespace_uses_it_by_default():
    index = filled_index(*TENANTS)
    app = keyed(index, namespaces=["acme"])
    found = json_of(send(app, "POST", "/search", {"text": "text"}))
    assert {match["id"] for match in found["matches"]} == {"acme-0", "acme-1"}
    assert send(app, "PUT", "/vectors", {"documents": [{"id": "n", "text": "a"}]}).status == 200
    assert send(app, "POST", "/embed", {"text": "a", "store": {"ids": ["e"]}}).status == 200
    assert {index.stored()[name]["namespace"] for name in ("n", "e")} == {"acme"}


REQUESTS = [
    ("POST", "/search", {"text": "a"}),
    ("POST", "/search", {"id": "acme-0"}),
    ("PUT", "/vectors", {"documents": [{"id": "n", "text": "a"}]}),
]


def with_namespace(path, body, namespace):
    return (
        {**body, "store": {**body["store"], "namespace": namespace}}
        if path == "/embed"
        else {**body, "namespace": namespace}
    )


@pytest.mark.parametrize(
    ("method", "path", "body"), [*REQUESTS, ("POST", "/embed", {"text": "a", "store": {"ids": ["n"]}})]
)
def test_a_key_with_several_namespaces_must_name_one_of_its_own(method, path, body):
    index = filled_index(*TENANTS)
    app = keyed(index, namespaces=["bolt", "acme"])
    for sent in (body, with_namespace(path, body, "rival"), with_namespace(path, body, "unused")):
        answer = send(app, method, path, sent)
        assert error(answer) == (403, "forbidden", "namespace")
        assert "the key reaches acme, bolt." in json_of(answer)["error"]["message"]
    assert (app.model.calls, index.calls) == ([], [])
    assert send(app, method, path, with_namespace(path, body, "acme")).status == 200


@pytest.mark.parametrize("name", ["rival-0", "None-0", "unknown"])
def test_a_vector_of_another_namespace_is_missing(name):
    app = keyed(filled_index(*TENANTS), namespaces=["acme", "bolt"])
    found = json_of(send(app, "GET", "/vectors", query=f"ids=acme-0,{name},bolt-1"))
    assert ([vector["id"] for vector in found["vectors"]], found["missing"]) == (["acme-0", "bolt-1"], [name])


def test_a_search_by_an_id_of_another_namespace_is_a_search_by_an_unknown_id():
    index = filled_index(*TENANTS)
    app = keyed(index, namespaces=["acme"])
    answers = [send(app, "POST", "/search", {"id": name}) for name in ("rival-0", "other-0", "None-0")]
    assert {(answer.status, answer.text.replace("other", "rival").replace("None", "rival")) for answer in answers} == {
        (404, answers[0].text)
    }
    assert index.calls == ["getByIds"] * 3
    assert send(app, "POST", "/search", {"id": "acme-0"}).status == 200


@pytest.mark.parametrize("mode", ["upsert", "insert"])
def test_an_id_of_another_namespace_is_not_overwritten(mode):
    index = filled_index(*TENANTS)
    before = index.stored()
    app = keyed(index, namespaces=["acme"])
    documents = [{"id": name, "text": "mine"} for name in ("new", "rival-1", "acme-1", "None-0")]
    answer = send(app, "PUT", "/vectors", {"documents": documents, "mode": mode})
    assert error(answer) == (403, "forbidden", "documents[1].id")
    assert json_of(answer)["error"]["message"].startswith("documents[1].id, documents[3].id: this id is taken")
    assert "rival" not in answer.text
    store = {"ids": ["new", "rival-1"], "mode": mode}
    assert error(send(app, "POST", "/embed", {"text": ["a", "b"], "store": store})) == (
        403,
        "forbidden",
        "store.ids[1]",
    )
    assert index.stored() == before
    assert app.model.calls == []


@pytest.mark.parametrize("method", ["insert", "upsert"])
def test_raw_vectors_go_to_the_namespaces_of_the_key_and_overwrite_no_other(method):
    index = filled_index(*TENANTS)
    before = index.stored()
    app = keyed(index, namespaces=["acme"])
    path = f"{strategies.INDEX}/{method}"
    for vectors in (raw(["new"], "rival"), raw(["new", "rival-0"], None)):
        answer = send(app, "POST", path, {"vectors": vectors})
        assert (answer.status, json_of(answer)["success"]) == (403, False)
    assert "vectors[1].id: this id is taken" in answer.text
    assert index.stored() == before
    assert send(app, "POST", path, {"vectors": raw(["new"], None)}).status == 200
    assert index.stored()["new"]["namespace"] == "acme"


def test_raw_vectors_of_other_namespaces_are_not_found_read_or_deleted():
    index = filled_index(*TENANTS)
    app = keyed(index, namespaces=["acme"])

    def result(name, body):
        return json_of(send(app, "POST", f"{strategies.INDEX}/{name}", body))["result"]

    found = result("query", {"vector": strategies.VECTOR, "topK": 20})
    assert {match["id"] for match in found["matches"]} == {"acme-0", "acme-1"}
    assert [vector["id"] for vector in result("get_by_ids", {"ids": ["rival-0", "acme-0", "None-0"]})] == ["acme-0"]
    assert result("query", {"vectorId": "rival-0"}) is None
    assert result("delete_by_ids", {"ids": ["rival-0", "unknown"]}) == {"mutationId": ""}
    assert "rival-0" in index.stored()
    assert json_of(send(app, "GET", f"{strategies.INDEX}/info"))["result"]["vectorCount"] is None


def test_deletion_ignores_vectors_of_other_namespaces_like_unknown_ids():
    index = filled_index(*TENANTS)
    app = keyed(index, namespaces=["acme"])
    answer = json_of(send(app, "DELETE", "/vectors", {"ids": ["acme-0", "rival-0", "None-1", "unknown"]}))
    assert (answer["count"], len(answer["mutation_ids"])) == (1, 1)
    assert {"rival-0", "None-1"} <= index.stored().keys()
    assert "acme-0" not in index.stored()
    index.calls.clear()
    nothing = json_of(send(app, "DELETE", "/vectors", {"ids": ["rival-0", "unknown"], "wait": True}))
    assert nothing == {"count": 0, "mutation_ids": [], "visible": None}
    assert index.calls == ["getByIds"]


def test_the_size_of_the_whole_index_is_not_for_a_key_with_namespaces():
    index = filled_index(*TENANTS)
    assert json_of(send(keyed(index), "GET", "/index"))["vector_count"] == 8
    described = json_of(send(keyed(index, namespaces=["acme"]), "GET", "/index"))
    assert (described["vector_count"], described["fits"]) == (None, True)


ids = st.sampled_from([f"{name}-{n}" for name in TENANTS for n in range(3)])


some_ids = st.lists(ids, min_size=1, max_size=4, unique=True)


namespaces = st.sampled_from(["acme", "bolt", "rival", None])


RAW = ("query", "insert", "upsert", "get_by_ids", "delete_by_ids", "info")


def raw_request(name, ids, namespace):
    """Return a request of Vectorize's REST API."""
    bodies = {
        "query": {"vector": strategies.VECTOR, "namespace": namespace, "topK": 20},
        "get_by_ids": {"ids": ids},
        "delete_by_ids": {"ids": ids},
    }
    body = bodies.get(name, {"vectors": raw([f"mine-{each}" for each in ids], namespace)})
    path = f"{strategies.INDEX}/{name}"
    return ("GET", path, {}) if name == "info" else ("POST", path, body)


def raw(ids, namespace):
    return [{"id": name, "values": strategies.VECTOR, "namespace": namespace} for name in ids]


@st.composite
def requests(draw):
    kind = draw(st.sampled_from(["text", "id", "get", "delete", "clear", "describe", "upsert", *RAW]))
    chosen, namespace = draw(some_ids), draw(namespaces)
    match kind:
        case "text":
            return "POST", "/search", {"text": chosen[0], "namespace": namespace, "top_k": 20}
        case "id":
            return "POST", "/search", {"id": chosen[0], "namespace": namespace, "values": True}
        case "get":
            return "GET", "/vectors", {"ids": chosen}
        case "delete":
            return "DELETE", "/vectors", {"ids": chosen}
        case "clear":
            return "DELETE", "/vectors", {"namespace": namespace, "filter": {"year": {"$gte": 2001}}}
        case "describe":
            return "GET", "/index", {}
    if kind in RAW:
        return raw_request(kind, chosen, namespace)
    documents = [{"id": f"mine-{name}", "text": name} for name in chosen]
    return "PUT", "/vectors", {"documents": documents, "namespace": namespace}


def answered(app, method, path, body):
    query = "ids=" + ",".join(body.get("ids", [])) if method == "GET" else ""
    answer = send(app, method, path, body, query)
    return answer.status, answer.text


@given(st.lists(requests(), max_size=6), st.sampled_from([["acme"], ["acme", "bolt"]]))
def test_a_key_with_namespaces_gets_the_answers_of_an_index_without_the_others(sent, own):
    shared, alone = filled_index(*TENANTS), filled_index(*own)
    foreign = {name: item for name, item in shared.stored().items() if item["namespace"] not in own}
    assert len(foreign) == 2 * len(TENANTS) - 2 * len(own)
    apps = [keyed(index, namespaces=own) for index in (shared, alone)]
    for request in sent:
        first, second = (masked(answered(app, *request)) for app in apps)
        assert first == second
    assert {name: shared.stored().get(name) for name in foreign} == foreign


def masked(answer):
    """Return an answer without the numbers of mutations, and without the indexes into the handle to the values."""
    status, text = answer
    plain = re.sub(r'"(mutationId|processedUpTo\w+)":"[^"]*"', r'"\1":"x"', text)
    body = json.loads(re.sub(r'"values":\d+', '"values":0', plain))
    return status, {name: value for name, value in body.items() if not name.startswith(("mutation", "processed"))}


def queued(app, documents, namespace=None):
    """Send documents to the queue, and return the answer and the messages."""
    app.replace(ingest=FakeQueue(), failed=FakeQueue())
    answer = send(app, "PUT", "/vectors", {"documents": documents, "namespace": namespace, "queue": True})
    return answer, app.app.ingest.bodies


def consume(app, bodies):
    batch = FakeBatch(bodies)
    run(consumer.handle(app.app, app.new_lifetime, "batch", batch))
    return batch


def test_queued_documents_stay_in_the_namespace_of_the_key():
    index = filled_index(*TENANTS)
    app = keyed(index, namespaces=["acme"])
    for documents, namespace in (([{"id": "new", "text": "a"}], "rival"), ([{"id": "rival-0", "text": "a"}], None)):
        answer, bodies = queued(app, documents, namespace)
        assert (error(answer)[:2], bodies) == ((403, "forbidden"), [])
    answer, bodies = queued(app, [{"id": "new", "text": "a"}, {"id": "late", "text": "a"}])
    assert answer.status == 202
    unbound = app_with(index)
    send(unbound, "PUT", "/vectors", {"documents": [{"id": "late", "text": "b"}], "namespace": "rival"})
    assert consume(app, bodies).acknowledged == [0, 1]
    assert {name: index.stored()[name]["namespace"] for name in ("new", "late")} == {"new": "acme", "late": "rival"}
    [letter] = map(json.loads, app.app.failed.bodies)
    assert (letter["id"], letter["reason"]["code"]) == ("late", "forbidden")


def test_a_batch_may_have_documents_of_several_keys():
    index = filled_index()
    bodies = []
    for fields in ({"namespaces": ["acme"]}, {"namespaces": ["bolt"]}, {}):
        app = keyed(index, **fields)
        bodies += queued(app, [{"id": str(fields), "text": "a"}])[1]
    consume(app, bodies)
    assert sorted(str(vector["namespace"]) for vector in index.stored().values()) == ["None", "acme", "bolt"]
