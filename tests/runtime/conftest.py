"""Fixtures for the tests of the built Worker."""

from collections.abc import Iterator

import pytest

from tests.runtime import upstream


@pytest.fixture(scope="module")
def models() -> Iterator[upstream.Server]:
    """Workers AI and Vectorize as an HTTP server that can fail, for the runtime's own binding classes."""
    with upstream.serve() as server:
        yield server
