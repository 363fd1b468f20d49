"""Content types and encodings of bodies."""

import pytest

from embedder.api import routes
from tests import strategies
from tests.core.api.bodies import RUN
from tests.core.fakes import FakeApp, content


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain;charset=UTF-8"])
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (RUN, {"authorization": "Bearer any"}, 200),
        (RUN, {}, 415),
        ("/embed", {"authorization": "Bearer any"}, 415),
        ("/v1/embeddings", {"authorization": "Bearer any"}, 415),
    ],
)
def test_accepts_the_default_media_types_of_curl_and_fetch_only_on_the_rest_route_with_a_key(
    kind, path, headers, status
):
    """Cloudflare's documentation calls it with both, and sets none."""
    app = FakeApp()
    response = app.send("POST", path, b'{"text": "a"}', content_type=kind, **headers)
    assert response.status == status
    assert len(app.model.calls) == (status == 200)


@pytest.mark.parametrize("path", sorted({route.path for route in routes.TABLE if route.body is not None}))
def test_a_compressed_body_is_rejected_with_what_is_accepted(path):
    app = FakeApp()
    method = next(route.method for route in routes.TABLE if route.path == path and route.body is not None)
    for encoding in ("gzip", "br, gzip", "zstd", "identity, gzip"):
        response = app.send(method, strategies.filled(path), b"{}", content_encoding=encoding)
        assert (response.status, response.headers["accept-encoding"]) == (415, "identity")
        strategies.check_error(strategies.filled(path), 415, content(response))
        assert encoding in content(response)
    assert app.model.calls == []


@pytest.mark.parametrize("encoding", ["identity", "Identity ", ""])
def test_a_body_as_it_is_may_say_so(encoding):
    assert FakeApp().send("POST", "/embed", b'{"text": "a"}', content_encoding=encoding).status == 200
