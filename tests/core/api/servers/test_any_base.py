"""OpenAI's API under the base URLs of other services."""

import pytest

from embedder.api import routes
from embedder.api.servers import any_base
from tests.core.api.bodies import NAME, openai, sent
from tests.core.fakes import FakeApp, error

QUERY = "task: search result | query: a"


@pytest.mark.parametrize(
    "base",
    [
        "inference/v1",  # Fireworks
        "v1/openai",  # DeepInfra
        "openai",  # @ai-sdk/azure 2
        "api/v3",  # Volcengine
        "api/paas/v4",  # Zhipu
        "sync/v1",  # Baseten
        "v1/projects/p/locations/l/endpoints/openapi",  # Vertex AI
        "v1/embeddings",  # a base URL that has the route already
    ],
)
def test_the_base_url_of_any_service_is_understood(base):
    response, answer, calls = sent(f"/{base}/embeddings", openai(["a", "b"]))
    assert (response.status, len(answer["data"]), calls) == (200, 2, [["a", "b"]])
    assert error(FakeApp(AUTH="on", API_KEYS="a:0123456789abcdef").ask(f"/{base}/embeddings", openai("a")))[0] == 401


@pytest.mark.parametrize("base", ["inference/v1", "openai", "a/b/c"])
def test_the_names_of_the_model_are_listed(base):
    listed = FakeApp().send("GET", f"/{base}/models")
    assert (listed.status, listed.text) == (200, FakeApp().send("GET", "/v1/models").text)


@pytest.mark.parametrize(
    "path",
    [
        f"/openai/{NAME}:search_query/embeddings",  # @ai-sdk/azure 1
        f"/deployments/{NAME}:query/embeddings",
        f"/a/deployments/google/{NAME}:query/embeddings",
        f"/a/engines/{NAME}:query/embeddings",
    ],
)
def test_a_model_in_the_path_goes_before_the_one_in_the_body(path):
    for body in ({"input": "a"}, openai("a"), {"input": "a", "model": "text-embedding-3-small"}):
        response, answer, calls = sent(path, body)
        assert (response.status, calls) == (200, [[QUERY]])
        assert answer["model"].endswith("query")


@pytest.mark.parametrize("before", ["deployments", "v2/engines"])
def test_an_unknown_deployment_is_an_error(before):
    response, answer, calls = sent(f"/{before}/text-embedding-3-small/embeddings", {"input": "a"})
    assert (response.status, answer["error"]["code"], calls) == (404, "model_not_found", [])


@pytest.mark.parametrize("path", ["/api/embeddings", "/v1/embeddings", "/embeddings", "/api/v1/embeddings", "/models"])
def test_paths_of_other_apis_are_theirs(path):
    assert routes.find(path).api not in any_base.APIS


def test_a_path_with_many_parts_is_unknown():
    assert routes.find("/a" * 10 + "/embeddings").methods
    assert routes.find("/a" * 11 + "/embeddings").methods == {}
    assert routes.find("/a/publishers/google/models" * 10_000 + "/embeddings").methods == {}
