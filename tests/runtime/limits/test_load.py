"""A short run of `make load`: many connections and some faults, and every answer is correct."""

import pytest

from tests.runtime.limits import attack, load

pytestmark = pytest.mark.extended


def test_200_connections_get_their_own_answers(tmp_path):
    outcome = load.load(seconds=6, connections=load.CONNECTIONS, folder=tmp_path)
    assert outcome.wrong == []
    assert (outcome.aborted > 0, outcome.live) == (True, 0)
    assert set(outcome.answers) == {"native", "128", "openai", "rejected", "search", "store", "fault"}


def test_hostile_callers_take_the_service_from_nobody():
    seen = attack.attack(seconds=10)
    assert seen.faults == []
    assert min(seen.hostile[kind] for kind in attack.KINDS) > 0
    assert seen.during[200] > 0
    assert seen.after[200] > attack.HONEST
