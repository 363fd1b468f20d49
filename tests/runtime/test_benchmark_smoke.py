"""The benchmark in short: everybody answers rightly, every row is there, nothing is kept. No times: machines differ."""

import pytest

from benchmarks import goals, plot, report, run, soak
from benchmarks.kinds import KINDS
from benchmarks.measure import Effort
from benchmarks.names import OURS, TYPESCRIPT

SHORT = Effort({2048: 1}, warm_up=0, turns=1)
KINDS_OF_THE_SHORT_RUN = [kind for kind in KINDS if kind.texts <= 100]


@pytest.fixture(scope="module")
def results():
    return run.run(KINDS_OF_THE_SHORT_RUN, SHORT, whole=False)


def test_every_contender_answers_rightly(results):
    assert results.faults() == []


def test_every_row_is_in_the_table(results):
    table = report.text(results)
    for kind in KINDS_OF_THE_SHORT_RUN:
        for name in kind.contenders:
            assert f"| {kind.name} | {kind.texts:,} | {name} |" in table
    assert {OURS, TYPESCRIPT} <= set(results.find("native", 100).cells)


def test_every_goal_is_answered(results):
    assert all(goal.name in report.text(results) for goal in goals.of(results))


def test_what_is_measured_on_is_told(results):
    assert {"cores", "load average before", "load average after"} <= set(results.machine)
    assert results.environment() in report.text(results)


def test_the_plot_has_every_kind(results):
    drawn = plot.draw(results)
    compared = [line for line in results.lines if line.ratio() is not None]
    assert compared
    assert all(f">{line.kind}, {line.texts:,}<" in drawn for line in compared)


def test_nothing_is_kept_after_a_request():
    assert soak.faults(soak.run(700)) == []
