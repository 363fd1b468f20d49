"""Ollama's API: its routes and the format of its errors."""

import json

from embedder.api.ollama import protocol
from embedder.errors import invalid


def test_an_error_is_a_sentence():
    assert json.loads(protocol.error_text(invalid("Send a text.", "input"))) == {"error": "Send a text."}


def test_the_routes_are_those_of_the_api():
    paths = {route.path for api in protocol.APIS for route in api.routes}
    assert paths == {f"/api/{name}" for name in ("embed", "embeddings", "tags", "ps", "show", "pull", "version")}
