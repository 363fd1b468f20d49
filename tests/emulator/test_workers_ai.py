"""The emulator of Workers AI: what its callers get of an error."""

import pytest

from emulator import workers_ai
from emulator.workers_ai import Fault, Reply


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (workers_ai.error(3040), "3040: Capacity temporarily exceeded, please try again."),
        (workers_ai.check(workers_ai.MODEL, {})[1], "5006: Error: required properties at '/' are 'text'"),
        (workers_ai.broken(workers_ai.answer([]), Fault("html", 0)), "<html><body>Bad gateway</body></html>"),
        (Reply(500, b"[]"), "[]"),
    ],
)
def test_the_binding_throws_the_code_and_the_description(reply, message):
    assert workers_ai.thrown(reply) == message
