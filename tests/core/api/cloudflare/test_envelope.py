"""The envelope of Cloudflare's API."""

import json

import pytest

from embedder.api.cloudflare import envelope
from embedder.errors import EmbedderError


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (EmbedderError("invalid_json", "a"), 1001),
        (EmbedderError("internal_error", "a"), 10_000),
        (EmbedderError("upstream_busy", "a", upstream_code=3040), 3040),
    ],
    ids=["a code of this API", "another code", "a code of Workers AI"],
)
def test_an_error_has_the_code_of_cloudflare(error, number):
    answer = json.loads(envelope.error_text(error, {"invalid_json": 1001, "upstream_busy": 1002}))
    assert answer == {"result": None, "success": False, "errors": [{"code": number, "message": "a"}], "messages": []}
