"""A short run of `make load`: many connections and some faults, and every answer is correct."""

import pytest

from tests.runtime import load

pytestmark = pytest.mark.extended


def test_200_connections_get_their_own_answers(tmp_path):
    outcome = load.load(seconds=6, connections=load.CONNECTIONS, folder=tmp_path)
    assert outcome.wrong == []
    assert (outcome.aborted > 0, outcome.live) == (True, 0)
    assert set(outcome.answers) == {"native", "128", "openai", "refused", "search", "store", "fault"}
