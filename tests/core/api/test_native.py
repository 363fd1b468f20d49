"""The native HTTP API."""

import pytest

from embedder import settings
from tests.core.fakes import FakeApp, json_of


@pytest.mark.parametrize(
    ("variables", "model", "auth"),
    [
        ({}, settings.MODEL, False),
        ({"AUTH": "on", "API_KEYS": "a:0123456789abcdef"}, settings.MODEL, True),
        ({"LOCAL_MODEL": "emulator"}, "emulator", False),
    ],
)
def test_health_names_the_model_and_says_whether_a_key_is_needed(variables, model, auth):
    answer = FakeApp(**variables).send("GET", "/health")
    assert json_of(answer) == {"model": model, "auth": auth, "status": "ok"}
