"""The types of a route."""

import pytest

from embedder.api.routing import JSON, HttpResponse, Route, path_and_query


async def handler(_app, _context, _body):
    return HttpResponse(200, "{}")


def test_a_route_that_names_no_scope_is_for_keys_with_every_scope():
    route = Route("GET", "/new", handler, "New")
    assert (route.scope, route.public) == ("all", False)


def test_a_route_takes_json_alone_unless_it_says_otherwise():
    assert Route("POST", "/new", handler, "New").media_types == (JSON,)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://embedder.example/embed", ("/embed", "")),
        ("http://h/%65mbed?a=%62", ("/embed", "a=%62")),
        ("https://embedder.example", ("/", "")),
        ("https://embedder.example/", ("/", "")),
        ("https://embedder.example/a%2Fb%3Fc?d?e", ("/a/b?c", "d?e")),
        ("https://embedder.example/%ff%zz", ("/\ufffd%zz", "")),
    ],
)
def test_the_path_of_a_url_is_decoded_once(url, found):
    assert path_and_query(url) == found
