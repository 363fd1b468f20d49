"""The types of a route."""

from embedder.api.routing import JSON, HttpResponse, Route


async def handler(_app, _context, _body):
    return HttpResponse(200, "{}")


def test_a_route_that_names_no_scope_is_for_keys_with_every_scope():
    route = Route("GET", "/new", handler, "New")
    assert (route.scope, route.public) == ("all", False)


def test_a_route_takes_json_alone_unless_it_says_otherwise():
    assert Route("POST", "/new", handler, "New").media_types == (JSON,)
