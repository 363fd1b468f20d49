"""The table of routes: which route a path has, and which error format."""

import pytest

from embedder.api import cohere, google, native, openai, routes
from embedder.api.cloudflare import openai as cloudflare_openai
from embedder.api.cloudflare import vectorize, workers_ai
from embedder.api.ollama import protocol as ollama
from tests import strategies
from tests.core.api.bodies import ACCOUNT, GOOGLE, GOOGLE_BATCH, NAME, RUN
from tests.strategies import INDEX


def test_every_route_is_found_under_its_path():
    for route in routes.TABLE:
        place = routes.find(strategies.filled(route.path))
        assert place.methods[route.method] is route, route.path
        assert route in place.api.routes


def test_no_two_routes_have_the_same_path_and_method():
    keys = [(route.path, route.method) for route in routes.TABLE]
    assert len(set(keys)) == len(keys)


def test_no_two_apis_share_a_path():
    paths = [path for api in routes.APIS for path in {route.path for route in api.routes if not route.selected_by}]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/embed", {}),
        (f"/v1/models/{NAME}", {"id": NAME}),
        ("/v1/models/google/embeddinggemma", {"id": "google/embeddinggemma"}),
        (GOOGLE_BATCH, {"model": NAME}),
        (RUN, {}),
        (f"{INDEX}/upsert", {"index": "embedder"}),
    ],
)
def test_the_values_of_a_path(path, params):
    assert routes.find(path).values == params


@pytest.mark.parametrize("path", sorted({strategies.filled(route.path) for route in routes.TABLE}))
def test_double_slashes_and_one_at_the_end_reach_the_route(path):
    wanted = routes.find(path)
    for sent in (f"/{path}", f"{path}/", path.replace("/", "//"), f"//{path}//"):
        assert routes.find(sent) == wanted, sent


def test_slashes_alone_and_many_of_them():
    assert routes.find("/").methods == routes.find("//").methods == routes.find("/" * 100_000).methods
    assert routes.find("/embed/x/").methods == {}
    assert routes.find("/v1//models//a/b").values == {"id": "a/b"}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/other", "not_found"),
        (f"{ACCOUNT}/other", "not_found"),
        ("/client/v4/accounts/abc/vectorize/v2/indexes/a/metadata_index/list", "not_found"),
    ],
)
def test_an_unknown_path_has_no_route_and_an_error_of_its_api(path, code):
    place = routes.find(path)
    assert (place.methods, place.api.unknown(path).code) == ({}, code)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/embed", native.error_text),
        ("/other", native.error_text),
        ("/v1/embeddings", openai.voyage_error_text),
        ("/v2/embed", cohere.error_text),
        ("/api/embed", ollama.error_text),
        (GOOGLE, google.error_text),
        (RUN, workers_ai.error_text),
        (f"{ACCOUNT}/v1/embeddings", cloudflare_openai.error_text),
        (f"{ACCOUNT}/v1/other", cloudflare_openai.error_text),
        (f"{INDEX}/other", vectorize.error_text),
        ("/client/v4/other", workers_ai.error_text),
        ("/api/other", ollama.error_text),
        ("/v1beta/other", google.error_text),
        ("/v1/other", native.error_text),
    ],
)
def test_a_path_has_the_error_format_of_its_api(path, form):
    assert routes.find(path).api.error_text is form
