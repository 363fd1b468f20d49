"""The Worker without any optional part, in the real runtime."""

import pytest
import requests

from tests.optional import PARTS, without
from tests.runtime import upstream
from tools import workerd


@pytest.fixture(scope="module")
def address(models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("smallest")
    worker = upstream.worker(workerd.python_worker(without(PARTS, folder)))
    config = workerd.Config([worker, workerd.External("upstream", models.address)], {"embedder": 0})
    with workerd.serve(config, folder) as process:
        yield f"http://127.0.0.1:{process.ports['embedder']}"


def test_it_embeds(address):
    answer = requests.post(f"{address}/embed", json={"text": ["a", "b"], "dimensions": 256}, timeout=60)
    assert (answer.status_code, answer.json()["shape"], len(answer.json()["data"][1])) == (200, [2, 256], 256)


def test_what_was_left_out_has_no_route(address):
    for path in ("/v1/embeddings", "/search", "/mcp"):
        assert requests.post(f"{address}{path}", json={}, timeout=60).status_code == 404
