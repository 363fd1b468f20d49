"""Fixtures of the tests of the commands."""

import pytest

from tests import real_model


@pytest.fixture
def model():
    """Recorded vectors of the real model, or exact ones for other texts."""
    return real_model.embed
