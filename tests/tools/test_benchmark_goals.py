"""The goals of the benchmark: what meets them, what misses them, and what the command says of it."""

import contextlib
import json
import os

import pytest

from benchmarks import run
from benchmarks.figures import goals, report
from benchmarks.figures.results import ENOUGH, Cell, Line, Results
from benchmarks.measures import measure, search
from benchmarks.subjects import checks
from benchmarks.subjects.kinds import KINDS
from benchmarks.subjects.names import CONSUMED, HELLO, OURS, TYPESCRIPT
from benchmarks.subjects.rows import Rows, WrongAnswerError

FAST, SLOW = 1.0, 1000.0
NATIVE_100 = f"native, 100 texts: p50 over TypeScript's: 10.00, at most {goals.RATIOS['native', 100]}"
README = f"# Figures\n\n{report.BEGIN}\nold\n{report.END}\nmore\n"


@pytest.fixture(scope="module")
def known():
    return Rows()


@pytest.fixture
def scores(known):
    """The cosines of three rows of the second variant."""
    asked = known.rows[100:103]
    return [[sum(a * b for a, b in zip(one, other, strict=True)) for other in asked] for one in asked]


def similarity(scores, shape=(3, 3)):
    return json.dumps({"shape": shape, "scores": scores}).encode()


def test_the_cosines_of_the_rows_are_right(known, scores):
    checks.similarity(similarity(scores), known, 3)


def test_a_wrong_cosine_is_found(known, scores):
    scores[2][1] += 2e-6
    with pytest.raises(WrongAnswerError, match="scores of text 2"):
        checks.similarity(similarity(scores), known, 3)
    with pytest.raises(WrongAnswerError, match="shape"):
        checks.similarity(similarity(scores, shape=(3,)), known, 3)


def made_up(figure):
    """A whole run in which this Worker has `figure` everywhere; TypeScript's figures are 100, those of hello 1."""
    ours = Cell(p50_ms=figure, p99_ms=figure**2, cpu_ms=figure, requests=ENOUGH)
    cells = {OURS: ours, TYPESCRIPT: Cell(p50_ms=100, cpu_ms=100), HELLO: Cell(p50_ms=1)}
    lines = [Line(kind.name, kind.texts, dict(cells)) for kind in KINDS]
    startup_s = {OURS: {"plain": 1.0, "snapshot": figure}, HELLO: {"plain": 1.0, "snapshot": 1.0}}
    searches = dict.fromkeys(search.MODES.values(), figure) | {search.MODES[search.PLAIN]: 1.0}
    return Results({"cores": "2"}, lines, startup_s, {"at the start": figure}, searches)


def test_a_fast_run_misses_no_goal_and_a_slow_one_all():
    assert goals.missed(made_up(FAST), whole=True) == []
    assert goals.missed(made_up(SLOW), whole=False) == goals.of(made_up(SLOW))


def test_the_p99_of_few_requests_is_not_judged():
    results = made_up(FAST)
    cell = results.line("native", 100).cells[OURS]  # of all lines
    cell.p99_ms = SLOW
    assert [goal.limit for goal in goals.missed(results, whole=False)] == [*goals.TAILS.values()]
    cell.requests = ENOUGH - 1
    assert goals.missed(results, whole=False) == []


def test_the_highest_cpu_time_is_that_of_an_http_request():
    results = made_up(FAST)
    for name in ("RPC arrays", CONSUMED):
        results.line(name, 100).cells[OURS] = Cell(p50_ms=FAST, cpu_ms=SLOW)
    assert goals.missed(results, whole=True) == []
    results.line("upsert", 100).cells[OURS] = Cell(p50_ms=FAST, cpu_ms=SLOW)
    assert [goal.value for goal in goals.missed(results, whole=True)] == [10.0]


def test_a_kind_that_misses_a_goal_is_measured_again_and_the_last_time_counts():
    kinds = [kind for kind in KINDS if kind.name in ("native", "upsert")]
    lines = [Line(kind.name, kind.texts, dict(made_up(FAST).lines[0].cells)) for kind in kinds]
    lines[0].cells[OURS] = lines[3].cells[OURS] = Cell(p50_ms=SLOW)
    asked = []

    def line_of(kind):
        asked.append(kind.label)
        slow = kind.name == "native" or len(asked) < 2
        cells = made_up(SLOW if slow else FAST).lines[0].cells
        return Line(kind.name, kind.texts, dict(cells))

    run.measure_again(kinds, lines, line_of)
    assert asked == ["native, 1", "upsert, 100", "native, 1"]
    assert [line.measured for line in lines] == [3, 1, 1, 2]
    assert [bool(goals.missed_by(line)) for line in lines] == [True, False, False, False]


def test_what_was_not_measured_is_missed_in_a_whole_run_only():
    nothing = Results({}, [])
    assert goals.missed(nothing, whole=True) == goals.of(nothing)
    assert goals.missed(nothing, whole=False) == []


@pytest.mark.parametrize(
    ("arguments", "figure", "status"),
    [
        ([], FAST, 0),
        ([], SLOW, 1),
        (["--quick"], FAST, 0),
        (["--quick"], SLOW, 1),
        (["--only", "native"], SLOW, 1),
    ],
)
def test_a_missed_goal_is_the_exit_status(arguments, figure, status, bench):
    assert bench(arguments, made_up(figure)) == status


def busy(results, *kinds):
    """Let a contender have waited for a processor most of the time, in all `kinds` or everywhere."""
    for line in results.lines:
        if not kinds or line.kind in kinds:
            line.cells[HELLO] = Cell(p50_ms=line.cells[HELLO].p50_ms, waited=0.4)
    return results


def test_a_busy_machine_has_its_own_exit_status(bench, capsys):
    quick = Results({"cores": "2"}, made_up(SLOW).lines)
    assert bench(["--quick"], busy(quick)) == run.TOO_BUSY
    assert f"too busy to judge: {NATIVE_100}" in capsys.readouterr().err
    assert "| too busy |" in report.text(quick)


def test_a_goal_that_is_met_or_missed_on_a_quiet_machine_is_judged_whatever_else_was_busy(bench):
    assert bench(["--quick"], busy(Results({}, made_up(FAST).lines))) == 0
    assert bench(["--quick"], busy(Results({}, made_up(SLOW).lines), "native", "similarity")) == run.FAILED
    wrong = busy(Results({}, made_up(SLOW).lines))
    wrong.lines[0].cells[OURS] = Cell(note="HTTP 500: broken")
    assert bench(["--quick"], wrong) == run.FAILED


def test_the_time_that_client_and_worker_waited_for_a_processor_does_not_count():
    cell = Cell()
    measure._summarise(cell, [measure.Taken(0.010, 0.009), measure.Taken(0.002, 0.0), measure.Taken(0.003, 0.0)], 6.0)
    assert (cell.p50_ms, cell.p99_ms, cell.cpu_ms) == (2.0, 3.0, 2.0)
    assert cell.waited == pytest.approx(0.6)
    assert (cell.per_s_1, cell.requests) == (200, 3)


def test_the_waiting_of_threads_is_read_from_the_kernel():
    with contextlib.closing(measure.Waits(os.getpid())) as waits:
        before = waits.waited_s()
        assert 0 <= before <= waits.waited_s()


@pytest.mark.parametrize("arguments", [[], ["--quick"], ["--only", "native"]])
def test_a_wrong_answer_is_always_the_exit_status(arguments, bench):
    results = made_up(FAST)
    results.lines[0].cells[OURS] = Cell(note="HTTP 500: broken")
    assert bench(arguments, results) == 1


def test_every_failure_is_a_line_on_stderr(bench, capsys):
    results = made_up(SLOW)
    results.lines[0].cells[OURS] = Cell(note="HTTP 500: broken")
    bench([], results)
    lines = capsys.readouterr().err.splitlines()
    assert f"fault: native, 1: {OURS}: HTTP 500: broken" in lines
    assert f"missed: {NATIVE_100}" in lines
    assert (
        f"missed: native, 1 text: p50 over that of {HELLO}: not measured, at most {goals.TO_HELLO['native']:g}" in lines
    )
    assert lines[-1] == "measured on: cores 2"


def test_only_a_whole_run_writes(bench, tmp_path):
    bench(["--quick"], made_up(FAST))
    assert (tmp_path / "README.md").read_text() == README
    bench([], made_up(SLOW))
    assert "old" not in (tmp_path / "README.md").read_text()


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """Run the command with results that are given, in a folder of its own; return the exit status."""
    (tmp_path / "README.md").write_text(README)
    monkeypatch.setattr(run, "FOLDER", tmp_path)

    def call(arguments, results):
        monkeypatch.setattr(run, "run", lambda *_, **__: results)
        return run.main(arguments)

    return call
