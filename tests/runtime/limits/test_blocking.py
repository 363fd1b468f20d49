"""No body of the allowed size keeps the isolate from answering others for much longer than plain prose does."""

from collections.abc import Iterator

import pytest

from embedder.api import routes
from tests.runtime.limits import blocking, worst_bodies, worst_requests
from tests.runtime.limits.blocking import Blocked
from tools import workerd

RATIO = 8  # of the longest block of a body and of prose of the same size, which takes about 12 ms
SHARE = 0.2  # of the work on a large body: 0.08; 0.35 if other requests can run only when it waits
TRIES = 3  # a garbage collection may fall into one of them
ROUTES = {f"{route.method} {route.path}": route for route in worst_bodies.with_bodies()}
KINDS = [kind for kind in (*worst_bodies.TEXTS, worst_bodies.NESTED) if kind != worst_bodies.PLAIN]
PLAIN = [("POST /v1/embeddings", worst_bodies.PLAIN, name) for name in ("0 ('input',) x1", "1 ('input', 0) x2048")]
QUICK = [
    ("POST /v1/embeddings", "mixed scripts", "1 ('input', 0) x2048"),
    ("POST /mcp", "emoji sequences", "0 ('params', 'arguments', 'texts', 0) x100"),
    ("PUT /vectors", worst_bodies.NESTED, "0 ('documents', 0, 'metadata', 'lang') numbers"),
    ("PUT /vectors", worst_bodies.NESTED, "0 ('documents', 0, 'metadata', 'lang') long integers"),
]


@pytest.fixture(scope="module")
def process() -> Iterator[workerd.Process]:
    with blocking.serve() as process:
        yield process


@pytest.fixture(scope="module")
def plain_ms(process: workerd.Process) -> float:
    """The block of a body of plain prose."""
    return max(repeated(process, *each).ms for each in PLAIN)


def repeated(process: workerd.Process, route: str, kind: str, name: str) -> Blocked:
    """Send a body several times, and return the shortest block."""
    body = dict(worst_bodies.bodies(ROUTES[route], kind))[name]()
    return min(blocking.blocked(process, ROUTES[route], name, body) for _ in range(TRIES))


@pytest.mark.parametrize(("route", "kind", "name"), QUICK)
def test_the_worst_bodies_block_no_longer_than_prose(process, plain_ms, route, kind, name):
    found = repeated(process, route, kind, name)
    assert found.status < 500
    assert found.ms < RATIO * plain_ms, found


def test_others_run_between_the_steps_of_a_large_body(process):
    route, kind, name = QUICK[0]
    body = dict(worst_bodies.bodies(ROUTES[route], kind))[name]()
    found = min(blocking.blocked(process, ROUTES[route], name, body).share for _ in range(TRIES))
    assert found < SHARE


@pytest.mark.extended
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("route", ROUTES)
def test_no_body_of_any_route_blocks_longer_than_prose(process, plain_ms, route, kind):
    found = blocking.worst(process, ROUTES[route], kind)
    assert {each.status for each in found} <= {200, 202, 400, 404, 413, 415, 422, 429}
    for each in found:
        if each.ms >= RATIO * plain_ms:
            assert repeated(process, route, kind, each.name).ms < RATIO * plain_ms, each


@pytest.mark.extended
@pytest.mark.parametrize("name", worst_requests.MAKERS)
def test_no_other_request_blocks_longer_than_prose(process, plain_ms, name):
    sent = worst_requests.MAKERS[name]()
    found = min(blocking.blocked_by(process, name, sent) for _ in range(TRIES))
    assert found.status < 500
    assert found.ms < RATIO * plain_ms, found


def test_every_route_with_a_body_is_tried():
    assert set(ROUTES) == {f"{route.method} {route.path}" for route in routes.TABLE if route.body is not None}
    assert all(list(worst_bodies.bodies(route, worst_bodies.NESTED)) for route in ROUTES.values())
