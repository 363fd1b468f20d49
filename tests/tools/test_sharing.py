"""The simulation of shared calls, and the goals of their benchmark."""

import json

import pytest

from benchmarks import sharing
from benchmarks.sharing import HEAVY, LIGHT, Run


def simulated(capfd, **options):
    arguments = [each for name, value in options.items() for each in (f"--{name.replace('_', '-')}", str(value))]
    assert sharing.simulate(["--seconds", "3", *arguments]) == 0
    return json.loads(capfd.readouterr().out.splitlines()[-1])


def test_400_requests_a_second_need_40_calls(capfd):
    found = simulated(capfd, rate=400)
    assert found["rejected"] == 0
    assert found["answers_a_second"] == pytest.approx(400, rel=0.1)
    assert found["calls_a_second"] <= 41


def test_light_traffic_waits_for_nothing(capfd):
    assert simulated(capfd, rate=5)["p50_ms"] == 50


def test_repeated_queries_need_fewer_calls_with_a_cache(capfd):
    without = simulated(capfd, rate=50, queries=50)
    cached = simulated(capfd, rate=50, queries=50, cache_bytes=16_000_000)
    assert cached["calls_an_answer"] < without["calls_an_answer"] / 2


def runs(**heavy):
    direct = [Run(rate, shared=False, answered=50, p50=60) for rate in (LIGHT, HEAVY)]
    return [*direct, Run(LIGHT, shared=True, p50=70), Run(HEAVY, shared=True, **{"answered": 210, **heavy})]


def test_every_goal_can_fail():
    assert all(sharing.verdicts(runs()).values())
    assert list(sharing.verdicts(runs(rejected=1)).values()) == [True, False, True]
    assert list(sharing.verdicts(runs(answered=190)).values()) == [True, True, False]
    slow = [*runs()[:2], Run(LIGHT, shared=True, p50=73), runs()[3]]
    assert list(sharing.verdicts(slow).values()) == [False, True, True]
