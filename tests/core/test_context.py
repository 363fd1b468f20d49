"""The state of a request."""

import msgspec
import pytest

from embedder.access.scopes import FULL
from embedder.context import LogLine, RequestContext
from embedder.errors import EmbedderError
from tests.core.fakes import FakeLifetime


def context():
    log = LogLine(request_id="1", method="POST", path="/embed")
    return RequestContext(lifetime=FakeLifetime(), began_ms=0, log=log)


def test_a_caller_who_is_not_known_may_do_nothing():
    with pytest.raises(EmbedderError, match="the key has none"):
        context().access.require("embed")


def test_a_context_cannot_be_changed():
    with pytest.raises(AttributeError):
        context().access = FULL


def test_the_log_line_leaves_empty_fields_out():
    line = context().log
    line.texts = 2
    found = msgspec.json.decode(msgspec.json.encode(line))
    assert found == {"request_id": "1", "method": "POST", "path": "/embed", "texts": 2}
