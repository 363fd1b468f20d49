"""Fixtures of the tests of the commands."""

import pytest

from emulator import lexical


@pytest.fixture
def model(recorded):
    """Recorded vectors, or lexical ones for other texts."""
    return lambda text: recorded.get(text) or lexical.embed(text)
