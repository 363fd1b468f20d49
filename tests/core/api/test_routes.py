"""The table of routes: which route a path has, and which error format."""

import pytest

from embedder.api import cohere, google, ollama, openai, routes
from embedder.api.cloudflare import workers_ai
from embedder.errors import EmbedderError
from tests.core.api.bodies import ACCOUNT, GOOGLE, GOOGLE_BATCH, NAME, RUN


def test_every_route_is_found_under_its_path():
    for route in routes.TABLE:
        methods, _ = routes.find(route.path)
        assert methods[route.method] is route, route.path


def test_no_two_routes_have_the_same_path_and_method():
    keys = [(route.path, route.method) for route in routes.TABLE]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/embed", {}),
        ("/%65mbed", {}),
        (f"/v1/models/{NAME}", {"id": NAME}),
        ("/v1/models/google/embeddinggemma", {"id": "google/embeddinggemma"}),
        (GOOGLE_BATCH, {"model": NAME}),
        (RUN, {"account": "abc"}),
    ],
)
def test_the_values_of_a_path_are_decoded(path, params):
    assert routes.find(path)[1] == params


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/other", "not_found"),
        (f"{ACCOUNT}/run/@cf/baai/bge-m3", "model_not_found"),
        ("/client/v4/accounts/abc/vectorize/v2/indexes/a/metadata_index/list", "not_found"),
    ],
)
def test_an_unknown_path_is_an_error(path, code):
    with pytest.raises(EmbedderError) as caught:
        routes.find(path)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/embed", openai.error_text),
        ("/other", openai.error_text),
        ("/v1/embeddings", openai.voyage_error_text),
        ("/v2/embed", cohere.error_text),
        ("/api/embed", ollama.error_text),
        (GOOGLE, google.error_text),
        (RUN, workers_ai.error_text),
        (f"{ACCOUNT}/v1/embeddings", workers_ai.openai_error_text),
    ],
)
def test_a_path_has_the_error_format_of_its_api(path, form):
    assert routes.error_format(path) is form
