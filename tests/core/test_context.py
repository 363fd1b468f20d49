"""The state of a request."""

import msgspec
import pytest

from embedder.context import LogLine, RequestContext
from embedder.errors import EmbedderError
from tests.core.fakes import FakeScope


def context():
    log = LogLine(request_id="1", method="POST", path="/embed")
    return RequestContext(scope=FakeScope(), began_ms=0, ends_ms=10, log=log)


def test_a_caller_who_is_not_known_may_do_nothing():
    with pytest.raises(EmbedderError, match="the key has none"):
        context().access.require("embed")


def test_extending_moves_the_deadline_here_and_in_the_runtime():
    made = context()
    made.extend(500, now_ms=100)
    assert made.ends_ms == 600
    assert made.scope.extended == [500]


def test_the_log_line_leaves_empty_fields_out():
    line = context().log
    line.texts = 2
    found = msgspec.json.decode(msgspec.json.encode(line))
    assert found == {"request_id": "1", "method": "POST", "path": "/embed", "texts": 2}
