"""Clients that reset their connection, in every phase of a request: it ends, has its log line, and holds nothing."""

import pytest

from tests.runtime import aborting

REQUESTS = 25


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    with aborting.serve(tmp_path_factory.mktemp("aborted")) as found:
        yield found


@pytest.mark.parametrize("phase", aborting.PHASES)
def test_an_aborted_request_ends_and_holds_nothing(worker, phase):
    outcome = aborting.run(*worker, phase, REQUESTS)
    assert aborting.faults(outcome) == []
    assert outcome.codes.total() == REQUESTS + aborting.WARM_UP
    # an upload that breaks off is a broken body, and a reset may arrive before the body was read
    assert set(outcome.codes) <= (
        {"client_gone"} if phase in ("model", "reading", "vectorize") else {"client_gone", "invalid_request"}
    )
