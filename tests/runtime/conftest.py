"""What the tests of the built Worker share."""

from collections.abc import Iterator

import pytest

from tests.runtime import upstream


@pytest.fixture(scope="module")
def models() -> Iterator[upstream.Server]:
    """Workers AI and Vectorize as HTTP servers that can fail, for the runtime's own binding classes."""
    with upstream.serve() as server:
        yield server
