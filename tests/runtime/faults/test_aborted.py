"""Clients that reset their connection, in every phase: the request ends at once, is logged, and holds nothing."""

import pytest

from tests.runtime.faults import aborting

REQUESTS = 25
PHASES = [name if name == "model" else pytest.param(name, marks=pytest.mark.extended) for name in aborting.PHASES]


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    with aborting.serve(tmp_path_factory.mktemp("aborted")) as found:
        yield found


@pytest.mark.parametrize("phase", PHASES)
def test_an_aborted_request_ends_and_holds_nothing(worker, phase):
    outcome = aborting.run(*worker, phase, REQUESTS)
    assert aborting.faults(outcome) == []
    if phase in ("upload", "batches"):  # the reset may arrive before the request, or before all of its body
        assert set(outcome.codes) <= {"invalid_request", "client_disconnected"}
        return
    if phase == "visible":  # the write was accepted; the first request of an isolate describes the index before it
        outcome.codes["client_disconnected"] += outcome.codes.pop("")
    assert outcome.codes == {"client_disconnected": 2 * REQUESTS}


def test_nothing_is_printed_of_a_request_that_was_closed(worker):
    process, _ = worker
    assert [line for line in process.stderr if "destroyed" in line or "Traceback" in line] == []
