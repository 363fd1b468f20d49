"""Applications with one key, and an index with the documents of several tenants."""

import json
from hashlib import sha256
from itertools import combinations

from embedder.access.scopes import SCOPES
from tests.core.emulated import EmulatedIndex
from tests.core.fake_index import app_with

KEY = "a-key-of-this-test"
SUBSETS = [frozenset(chosen) for size in (1, 2, 3) for chosen in combinations(sorted(SCOPES), size)]
TENANTS = ("acme", "bolt", "rival", None)


def keyed(index, scopes=SCOPES, **fields):
    """Return an application with one key."""
    entry = {"name": "web", "sha256": sha256(KEY.encode()).hexdigest(), "scopes": sorted(scopes), **fields}
    return app_with(index, AUTH="on", API_KEYS=json.dumps([entry]))


def send(app, method, path, body=None, query=""):
    content = b"" if body is None else json.dumps(body).encode()
    return app.send(method, path, content, query=query, authorization=f"Bearer {KEY}")


def filled_index(*namespaces):
    """Return an index with two documents for each namespace; None is the documents without one."""
    index = EmulatedIndex()
    app = app_with(index, AUTH="off")
    for name in namespaces:
        items = [{"id": f"{name}-{n}", "text": f"text {n} of {name}", "metadata": {"year": 2000 + n}} for n in range(2)]
        body = {"documents": items, "namespace": name}
        assert app.send("PUT", "/vectors", json.dumps(body).encode()).status == 200
    index.calls.clear()
    return index
