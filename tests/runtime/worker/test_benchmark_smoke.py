"""A short run of the benchmark: answers are correct, the report is complete, memory does not grow. No times."""

import pytest

from benchmarks import run, soak
from benchmarks.figures import goals, report
from benchmarks.measures import search
from benchmarks.measures.measure import Effort
from benchmarks.steps import __main__ as steps
from benchmarks.steps import breakdown
from benchmarks.subjects.kinds import KINDS
from benchmarks.subjects.names import OURS, TYPESCRIPT

pytestmark = pytest.mark.extended

SHORT = Effort({2048: 1}, warm_up=0, blocks=1)
KINDS_OF_THE_SHORT_RUN = [kind for kind in KINDS if kind.texts <= 100]


@pytest.fixture(scope="module")
def results():
    return run.run(KINDS_OF_THE_SHORT_RUN, SHORT, whole=False)


def test_every_contender_returns_correct_answers(results):
    assert results.faults() == []


def test_the_table_has_every_row(results):
    table = report.text(results)
    for kind in KINDS_OF_THE_SHORT_RUN:
        for name in kind.contenders:
            assert f"| {kind.name} | {kind.texts:,} | {name} |" in table
    assert {OURS, TYPESCRIPT} <= set(results.line("native", 100).cells)


def test_the_report_has_every_goal(results):
    assert all(goal.name in report.text(results) for goal in goals.of(results))


def test_the_report_describes_the_machine(results):
    assert {"cores", "load average before", "load average after"} <= set(results.machine)
    assert results.environment() in report.text(results)


def test_the_local_index_finds_the_same_matches_as_plain_javascript():
    assert set(search.measure(vectors=1000, rounds=1)) == set(search.MODES.values())


def test_memory_does_not_grow():
    assert soak.faults(soak.run(700)) == []


def test_the_steps_explain_a_request():
    [(_, (requests, compared))] = steps.run([kind for kind in KINDS if kind.label == "native, 10"], share=0.02)
    assert breakdown.typical(requests).unexplained <= breakdown.MOST_UNEXPLAINED
    for request in requests:
        assert request.python.keys() == {"began", "calls", *breakdown.PYTHON.values()}
        assert request.javascript.keys() == {"", "event loop", "ask", *breakdown.JAVASCRIPT.values()}
    assert set(compared) == set(steps.COMPARED)
