"""Decoding requests: errors with the path of the field."""

import pytest

from tests.core.fakes import FakeApp, content


@pytest.mark.parametrize("body", [{"x" * 10_000: 1}, {"text": "a", "task": "y" * 10_000}, {"text": {"z" * 10_000: 1}}])
def test_an_error_quotes_little_of_the_request(body):
    answer = content(FakeApp().ask("/embed", body))
    assert len(answer) < 1_000
