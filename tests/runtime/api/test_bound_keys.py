"""A key that is bound to a namespace is tried against every route and every tool, under the real runtime."""

import json
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from embedder.api import routes
from embedder.api.cloudflare import vectorize
from embedder.api.mcp import tools
from embedder.operations import table
from embedder_cli.importer.sending import index_check
from embedder_cli.main import app
from tests import strategies, tables

MARK = "zeppelin"  # in the texts of the others
SECRET = "confidential"  # in their metadata, and in no request
EVERYTHING, BOUND, SEVERAL, EMBEDDING, EXPIRED = (f"the-{name}-key" for name in "first second third fourth old".split())
OWN, OTHER = "acme", "rival"


def entry(name, key, scopes="embed search write", **fields):
    return {"name": name, "sha256": sha256(key.encode()).hexdigest(), "scopes": scopes.split(), **fields}


KEYS = [
    entry("everything", EVERYTHING),
    entry("bound", BOUND, namespaces=[OWN]),
    entry("several", SEVERAL, namespaces=["bolt", OWN]),
    entry("embedding", EMBEDDING, "embed"),
    entry("expired", EXPIRED, expires="2020-12-31"),
]


def send(worker, key, method, path, **options):
    return worker.send(method, path, headers={"authorization": f"Bearer {key}"}, **options)


def documents(namespace, text):
    owner = "us" if namespace == OWN else SECRET
    return [
        {"id": f"{namespace}-{n}", "text": f"{text} {n}", "metadata": {"year": 2000 + n, "owner": owner}}
        for n in range(3)
    ]


@pytest.fixture(scope="module")
def shared(start_worker):
    """A Worker whose index has documents of two tenants, and some without a namespace."""
    worker = start_worker(settings={"AUTH": "on", "API_KEYS": json.dumps(KEYS)})
    stored = {OWN: "a red apple", OTHER: f"a red {MARK}", None: f"a lonely {MARK}"}
    for namespace, text in stored.items():
        body = {"documents": documents(namespace, text), "namespace": namespace, "wait": True}
        assert send(worker, EVERYTHING, "PUT", "/vectors", json=body).json()["visible"] is True
    return worker


@pytest.fixture
def unharmed(shared):
    """Check that all vectors of the others are as they were."""
    yield
    assert foreign_vectors(shared) == foreign_vectors.before


def foreign_vectors(worker):
    names = ",".join(f"{namespace}-{n}" for namespace in (OTHER, None) for n in range(3))
    found = send(worker, EVERYTHING, "GET", "/vectors", params={"ids": names}).json()
    assert len(found["vectors"]) == 6
    return found


@pytest.fixture(scope="module", autouse=True)
def _before(shared):
    foreign_vectors.before = foreign_vectors(shared)


FOREIGN_IDS = [f"{OTHER}-0", "None-1"]
WRITES = [
    {"documents": [{"id": name, "text": "mine now"} for name in FOREIGN_IDS], "wait": True},
    {"documents": [{"id": "mine", "text": "x"}], "namespace": OTHER},
    {"documents": [{"id": f"{OTHER}-2", "text": "x"}], "mode": "insert"},
    {"documents": [{"id": f"{OTHER}-0", "text": "x"}], "queue": True},
    {"documents": [{"id": "mine", "text": "x"}], "namespace": OTHER, "queue": True},
]
SEARCHES = [
    {"text": MARK},
    {"text": MARK, "namespace": OTHER},
    {"text": MARK, "top_k": 50, "filter": {"year": {"$gte": 0}}},
    {"text": MARK, "metadata": "none"},
    {"id": f"{OTHER}-0"},
    {"id": "None-0", "namespace": OWN},
]
GENERIC = {"text": "a"}
# The requests that try to reach another namespace; bodies, or query strings.
NATIVE = {
    "embed": [
        {"text": "x", "store": {"ids": [f"{OTHER}-0"], "wait": True}},
        {"text": "x", "store": {"ids": ["mine"], "namespace": OTHER}},
    ],
    "similarity": [{"texts": ["a", "b"]}],
    "upsert": WRITES,
    "search": SEARCHES,
    "get": [f"ids={','.join(FOREIGN_IDS)}"],
    "delete": [
        {"ids": FOREIGN_IDS, "wait": True},
        {"namespace": OTHER, "wait": True},
        {"filter": {"year": {"$gte": 2001}}, "wait": True},
    ],
    "describe": [""],
}
TOOLS = {
    "search": [{"text": MARK}, {"text": MARK, "namespace": OTHER}],
    "get": [{"ids": FOREIGN_IDS}],
    "store": [
        {"documents": [{"id": f"{OTHER}-0", "text": "x"}]},
        {"documents": [{"id": "m", "text": "x"}], "namespace": OTHER},
    ],
    "compare": [{"texts": ["a", "b"]}],
}
VECTORS = [
    {"vectors": [{"id": f"{OTHER}-0", "values": strategies.VECTOR}]},
    {"vectors": [{"id": "mine", "values": strategies.VECTOR, "namespace": OTHER}]},
]
# The same for the last segment of the routes of Vectorize's REST API.
REST = {
    "indexes": [""],
    "{index}": [""],
    "info": [""],
    "insert": VECTORS,
    "upsert": VECTORS,
    "query": [
        {"vector": strategies.VECTOR, "topK": 50, "returnMetadata": "all"},
        {"vector": strategies.VECTOR, "namespace": OTHER},
        {"vectorId": f"{OTHER}-0"},
    ],
    "get_by_ids": [{"ids": FOREIGN_IDS}],
    "delete_by_ids": [{"ids": FOREIGN_IDS}],
}
FILE = "tests/runtime/api/test_bound_keys.py"
# Routes that reach no index: they take a text and know no namespace.
WITHOUT_INDEX = {"embed", "any"}


def attempts():
    """Return every attempt: of the native routes by operation, of the others by their scope."""
    own = {(row.method, row.path): tables.entry(NATIVE, row.name, f"NATIVE in {FILE}") for row in table.TABLE}
    for route in routes.TABLE:
        place = (route.method, route.path)
        if place in own:
            yield from ((*place, sent) for sent in own[place])
        elif route.path == "/mcp":
            for name in tools.TOOLS:
                params = [
                    {"name": name, "arguments": arguments}
                    for arguments in tables.entry(TOOLS, name, f"TOOLS in {FILE}")
                ]
                yield from ((*place, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": p}) for p in params)
        elif route in vectorize.APIS[0].routes:
            sent_to_it = tables.entry(REST, route.path.rpartition("/")[2], f"REST in {FILE}")
            yield from ((*place, sent) for sent in sent_to_it)
        elif not route.public:
            assert route.scope in WITHOUT_INDEX, f"Say in {FILE} how {place} reaches another namespace."
            yield (*place, {"text": MARK, "namespace": OTHER, "ids": FOREIGN_IDS})


def test_there_is_an_attempt_for_every_operation_and_every_tool():
    tables.complete(NATIVE, table.BY_NAME, f"NATIVE in {FILE}")
    tables.complete(TOOLS, tools.TOOLS, f"TOOLS in {FILE}")


@pytest.mark.parametrize(("method", "path", "sent"), list(attempts()), ids=lambda value: str(value)[:60])
@pytest.mark.usefixtures("unharmed")
def test_no_route_and_no_tool_reaches_another_namespace(shared, method, path, sent):
    options = {"params": sent} if isinstance(sent, str) else {"json": sent}
    for key in (BOUND, SEVERAL):
        answer = send(shared, key, method, strategies.filled(path), **options)
        assert answer.status_code < 500
        told = answer.text.replace("\\", "")
        assert SECRET not in told
        assert f'"id":"{OTHER}' not in told
        for name in ("vector_count", "vectorCount"):
            assert f'"{name}":' not in told.replace(f'"{name}":null', "")


def test_answers_are_those_for_vectors_that_do_not_exist(shared):
    assert send(shared, BOUND, "GET", f"/vectors?ids={OTHER}-0,{OWN}-0").json()["missing"] == [f"{OTHER}-0"]
    foreign, unknown = (send(shared, BOUND, "POST", "/search", json={"id": name}) for name in (f"{OTHER}-0", "nothing"))
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text.replace(f"{OTHER}-0", "nothing") == unknown.text
    deleted = send(shared, BOUND, "DELETE", "/vectors", json={"ids": [f"{OTHER}-0", "nothing"]}).json()
    assert deleted == {"count": 0, "mutation_ids": [], "visible": None}


def test_a_key_works_in_its_own_namespace(shared):
    body = {"documents": [{"id": "own-1", "text": "a green pear"}], "wait": True}
    assert send(shared, BOUND, "PUT", "/vectors", json=body).json()["visible"] is True
    found = send(shared, BOUND, "POST", "/search", json={"text": "a green pear", "values": True, "top_k": 10}).json()
    assert (found["matches"][0]["id"], len(found["matches"][0]["values"])) == ("own-1", 768)
    assert {match["namespace"] for match in found["matches"]} == {OWN}
    read = send(shared, SEVERAL, "GET", f"/vectors?ids={OTHER}-1,own-1").json()
    assert [(vector["id"], len(vector["values"])) for vector in read["vectors"]] == [("own-1", 768)]
    assert read["vectors"][0]["values"] == found["matches"][0]["values"]
    assert send(shared, BOUND, "POST", "/search", json={"id": "own-1", "top_k": 1}).json()["count"] == 1
    deleted = send(shared, BOUND, "DELETE", "/vectors", json={"ids": ["own-1"], "wait": True}).json()
    assert (deleted["count"], deleted["visible"]) == (1, True)


def test_an_import_with_a_key_that_has_one_namespace(shared, tmp_path, monkeypatch):
    """The same file was imported for another tenant. What has left the source is removed, although some is gone."""
    monkeypatch.setattr(index_check, "_POLLS", 1)  # it waits for a document that was deleted a moment ago
    source = tmp_path / "notes.jsonl"

    def run(key, namespace, *texts):
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        command = ["import", source, "--url", shared.url, "--namespace", namespace, "--prune"]
        command += ["--journal", tmp_path / f"{namespace}.journal", "--report", tmp_path / "report.json"]
        done = CliRunner().invoke(app, list(map(str, command)), env={"EMBEDDER_KEY": key})
        assert done.exit_code == 0, done.output
        return json.loads((tmp_path / "report.json").read_text())

    assert run(EVERYTHING, "notes-of-bolt", "one", "two")["written"] == 2
    assert run(BOUND, OWN, "one", "two", "three")["written"] == 3
    shared.send(
        "DELETE",
        "/vectors",
        json={"ids": ["acme/notes.jsonl#3"], "wait": True},
        headers={"authorization": f"Bearer {BOUND}"},
    )
    assert run(BOUND, OWN, "one")["removed"] == 2


def test_a_wrong_scope_is_named_and_logged_with_the_name_of_the_key(shared):
    answer = send(shared, EMBEDDING, "POST", "/search", json={"text": "a"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert "needs the scope search" in answer.json()["error"]["message"]
    line = shared.line_with(answer.headers["x-request-id"])
    assert '"code":"forbidden"' in line
    assert '"key":"embedding"' in line
    assert send(shared, EMBEDDING, "POST", "/embed", json=GENERIC).status_code == 200


def test_an_expired_key_is_told_so(shared):
    answer = send(shared, EXPIRED, "POST", "/embed", json=GENERIC)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("This key has expired.")


def test_an_invalid_value_opens_nothing(start_worker):
    """tests/core/access/test_keys.py has the other invalid values."""
    broken = start_worker(settings={"AUTH": "on", "API_KEYS": json.dumps([{**KEYS[0], "scopes": ["admin"]}])})
    answer = send(broken, EVERYTHING, "POST", "/embed", json=GENERIC)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    line = broken.line_with(answer.headers["x-request-id"])
    assert "API_KEYS[0].scopes must be" in line
    assert KEYS[0]["sha256"] not in line
