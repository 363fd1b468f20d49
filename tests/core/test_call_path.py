"""The call path of a request is no longer than the table in docs/architecture.md says.

Each request is the second of its application, so nothing that happens once is counted.
"""

import json
import re
from pathlib import Path

import pytest

from embedder.api import handler
from tests import call_path
from tests.call_path import CallPath
from tests.core.fake_index import FakeIndex, app_with, documents
from tests.core.fakes import FakeRequest, run
from tests.core.ingestion import Ingestion

KEY = "0123456789abcdef"
HEADERS = {"authorization": f"Bearer {KEY}"}
DOCUMENT = Path(__file__).parents[2] / "docs" / "architecture.md"
ROW = re.compile(r"^\| (.+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def http(method, path, body):
    app = app_with(FakeIndex(), AUTH="on", API_KEYS=f"web:{KEY}")
    first, second = (FakeRequest(method, path, json.dumps(body).encode(), HEADERS) for _ in range(2))
    run(handler.handle(app.app, first))
    return call_path.count(lambda: run(handler.handle(app.app, second)))


def rpc():
    app = app_with(FakeIndex())
    app.call("search", "a text")
    return call_path.count(lambda: app.call("search", "a text"))


def queue():
    made = Ingestion()
    made.consume(documents(1))
    return call_path.count(lambda: made.consume(documents(1)))


REQUESTS = {
    "`POST /embed`, 1 text": lambda: http("POST", "/embed", {"text": "a text"}),
    "`PUT /vectors`, 1 document": lambda: http("PUT", "/vectors", {"documents": documents(1)}),
    "RPC `search`": rpc,
    "a batch of the queue, 1 document": queue,
}


def table():
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Length of the call path")[2].partition("\n## ")[0]
    return {row[1]: CallPath(*map(int, row.groups()[1:])) for row in ROW.finditer(text)}


def test_the_table_has_every_request():
    assert list(table()) == list(REQUESTS)


@pytest.mark.parametrize("name", REQUESTS)
def test_no_call_path_is_longer_than_the_table_says(name):
    found, limit = REQUESTS[name](), table()[name]
    assert all(a <= b for a, b in zip(found, limit, strict=True)), f"{found} is more than {limit}"


def test_functions_modules_and_returns_are_counted():
    from embedder.embedding.embedder import is_last
    from embedder.names import tasks

    def work():
        tasks.full_name("query")
        tasks.full_name("document")
        is_last(1)
        tasks.full_name("query")

    assert call_path.count(work) == CallPath(functions=2, modules=2, returns=1)
