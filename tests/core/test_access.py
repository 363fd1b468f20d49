"""The scopes of keys, on every route, every tool and every way into the index."""

import json

import pytest

from embedder.api import routes
from embedder.api.mcp import tools
from embedder.errors import EmbedderError
from embedder.operations import table
from embedder.vectorize.calls import Row
from embedder.vectorize.store import Store
from tests import strategies, tables
from tests.core.emulated import EmulatedIndex
from tests.core.fake_index import app_with
from tests.core.fakes import error, json_of, run
from tests.core.keyed import SUBSETS, filled_index, keyed, send

NAMED = [pytest.param(scopes, id="+".join(sorted(scopes))) for scopes in SUBSETS]


def tool(app, name, arguments):
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    return json_of(send(app, "POST", "/mcp", message))["result"]


def test_every_route_with_a_key_names_its_scope():
    assert [route.path for route in routes.TABLE if not route.public and route.scope == "all"] == []
    assert {route.path for route in routes.TABLE if route.public} == {"/health"}


@pytest.mark.parametrize("scopes", NAMED)
@pytest.mark.parametrize("route", routes.TABLE, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_answers_only_keys_with_its_scope(route, scopes):
    index = EmulatedIndex()
    app = keyed(index, scopes)
    answer = send(app, route.method, strategies.filled(route.path), {})
    may = route.public or route.scope == "any" or route.scope in scopes
    assert (answer.status == 403) == (not may)
    if not may:
        assert (app.model.calls, index.calls) == ([], [])
        assert f"the scope {route.scope}" in answer.text
        line = json.loads(app.log[-1])
        assert (line["key"], line["code"]) == ("web", "forbidden")


ARGUMENTS = {
    "search": {"text": "a"},
    "get": {"ids": ["a"]},
    "store": {"documents": [{"id": "new", "text": "a"}]},
    "compare": {"texts": ["a", "b"]},
}


@pytest.mark.parametrize("scopes", NAMED)
def test_tools_are_listed_and_called_only_with_their_scope(scopes):
    tables.complete(ARGUMENTS, tools.TOOLS, "ARGUMENTS in tests/core/test_access.py")
    index = EmulatedIndex()
    app = keyed(index, scopes)
    listed = json_of(send(app, "POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}))["result"]["tools"]
    usable = {name for name, item in tools.TOOLS.items() if item.operation.scope in scopes}
    assert {item["name"] for item in listed} == usable
    for name, arguments in ARGUMENTS.items():
        index.calls.clear()
        result = tool(app, name, arguments)
        assert result["isError"] == (name not in usable)
        if name not in usable:
            assert "needs the scope" in result["content"][0]["text"]
            assert index.calls == []


# method of the store -> arguments beside the context; `search`, `write` and `put` need what the first two return
# what takes the proof of an earlier check, or what was found
WITHOUT_SCOPE = {"write", "write_one", "wait_for", "search", "check_fit", "diversify"}
STORE = {
    "to_search": {"namespace": None},
    "to_write": {"rows": [Row("a", b"")], "path": "ids[#]"},
    "texts_to_write": {
        "texts": ["a"],
        "ids": ["1"],
        "namespace": None,
        "metadata": None,
        "keep_text": False,
        "param": "store",
    },
    "get": {"ids": ["a"]},
    "delete": {"ids": ["a"], "wait": False},
    "delete_matching": {"namespace": "acme", "filters": None, "wait": False},
    "describe": {},
}


def test_the_store_serves_nobody_whose_access_is_not_known():
    methods = [name for name in vars(Store) if name[0] != "_"]
    tables.complete([*STORE, *WITHOUT_SCOPE], methods, "STORE in tests/core/test_access.py")
    index = filled_index("acme")
    app = app_with(index)
    for name, arguments in STORE.items():
        context = app.app.begin(app.lifetime, "id", "GET", "/")
        with pytest.raises(EmbedderError, match="needs the scope"):
            result = getattr(app.app.require_store(), name)(context=context, **arguments)
            run(result)
    assert index.calls == []


def test_embed_with_store_needs_write_as_well():
    index = EmulatedIndex()
    app = keyed(index, ["embed", "search"])
    assert error(send(app, "POST", "/embed", {"text": "a", "store": {"ids": ["1"]}}))[:2] == (403, "forbidden")
    assert (app.model.calls, index.calls) == ([], [])
    assert send(app, "POST", "/embed", {"text": "a"}).status == 200


def test_other_workers_have_full_access():
    app = keyed(EmulatedIndex(), ["search"], namespaces=["acme"])
    assert json.loads(app.call("upsert", [{"id": "1", "text": "a"}], {"namespace": "rival"}).text)["ok"]


# operation -> a request of a key without namespaces, and the only calls of the index that it may cost
COSTS = {
    "embed": ({"text": "a", "store": {"ids": ["acme-0"]}}, ["describe", "upsert"]),
    "similarity": ({"texts": ["a"]}, []),
    "upsert": ({"documents": [{"id": "acme-0", "text": "a"}]}, ["describe", "upsert"]),
    "search": ({"id": "acme-0"}, ["queryById"]),
    "get": ({"ids": ["acme-0"]}, ["getByIds"]),
    "delete": ({"ids": ["acme-0"]}, ["deleteByIds"]),
    "describe": ({}, ["describe"]),
}


@pytest.mark.parametrize("name", table.BY_NAME)
def test_a_key_without_namespaces_costs_no_additional_call(name):
    index = filled_index("acme")
    body, calls = tables.entry(COSTS, name, "COSTS in tests/core/test_access.py")
    row = table.BY_NAME[name]
    query = "ids=" + ",".join(body.get("ids", [])) if row.method == "GET" else ""
    assert send(keyed(index), row.method, row.path, body, query).status == 200
    assert index.calls == calls
