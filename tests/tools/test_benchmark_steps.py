"""The breakdown of a request into steps: its arithmetic and its table. Only an extended test runs the Worker."""

import math
import re

import pytest

from benchmarks.steps import breakdown, table, worker
from benchmarks.steps.breakdown import ARRIVAL, BODY, DEPARTURE, JAVASCRIPT, LOOP, ORDER, PYTHON, Clocked

PYTHON_S = {"began": 100.0015, "": 0.5, "calls": 0.006, **dict.fromkeys(PYTHON.values(), 0.001)}
JAVASCRIPT_MS = dict.fromkeys(JAVASCRIPT.values(), 0.5) | {"event loop": 77.0, "ask": 0.25}
SOCKET_MS = 3
INSIDE_MS = 6 + len(PYTHON)


def clocked(took_ms, waited_ms=0.0, **javascript):
    return Clocked(100.0, took_ms, took_ms - SOCKET_MS, waited_ms, dict(PYTHON_S), JAVASCRIPT_MS | javascript)


def test_every_step_has_its_place_in_the_table():
    assert sorted(ORDER) == sorted([*PYTHON, *JAVASCRIPT, ARRIVAL, LOOP, DEPARTURE, BODY])


def test_the_steps_add_up_except_for_the_code_around_the_call_of_the_model():
    found = breakdown.typical([clocked(30.0)])
    assert found.total == 30
    assert found.steps[ARRIVAL] == pytest.approx(2)  # of a clock that shows 1.5 ms later, and half a tick
    assert found.steps[LOOP] == pytest.approx(6 - 0.25 - 0.5 * len(JAVASCRIPT))
    assert found.steps[DEPARTURE] == pytest.approx(30 - 2 - INSIDE_MS - SOCKET_MS)
    assert found.steps[BODY] == pytest.approx(SOCKET_MS)
    assert math.fsum(found.steps.values()) == pytest.approx(30 - 0.25)
    assert found.unexplained == pytest.approx(0.25 / 30)


def test_of_the_requests_that_waited_least_the_faster_half_is_typical_and_the_slowest_are_the_tail():
    calm = [clocked(30.0, check=0.5), clocked(31.0, check=1.5), clocked(50.0, check=4), clocked(90.0, check=9)]
    disturbed = [clocked(20.0, 5.0, check=70), clocked(99.0, 6.0, check=70), *[clocked(40.0, 7.0, check=70)] * 2]
    assert breakdown.typical(calm + disturbed).steps["check of the answer"] == 1
    assert breakdown.slowest(calm + disturbed).steps["check of the answer"] == 9


def test_a_step_that_nobody_measured_is_not_explained():
    requests = [clocked(30.0, ask=4.0)]
    assert breakdown.typical(requests).unexplained > breakdown.MOST_UNEXPLAINED
    assert table.Measured(1, requests, {}).unexplained
    assert not table.Measured(1, [clocked(30.0)], {}).unexplained


def test_the_table_has_a_column_for_each_number_of_texts_and_one_for_the_tail(tmp_path):
    found = table.text([table.Measured(1, [clocked(30.0)], {"x": 1.0}), table.Measured(100, [clocked(40.0)], {"x": 2})])
    lines = found.splitlines()
    assert lines[0] == "| step, ms | 1 text | 100 texts | 100 texts, the slowest 3 % |"
    assert "| tokens | 1.00 | 1.00 | 1.00 |" in lines
    assert "| p50 of x | 1.00 | 2.00 |  |" in lines
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    table.write(found, readme)
    assert readme.read_text() == f"before\n{table.BEGIN}\n\n{found}\n\n{table.END}\nafter\n"


def test_the_clocked_worker_has_the_products_modules_and_one_around_each_that_is_clocked():
    found = {module.name: module.content for module in worker.modules()}
    assert 'export const readAnswer = around("readAnswer", plain.readAnswer);' in found["bindings/numbers/answer.js"]
    assert found["bindings/numbers/plain_answer.js"].name == "answer.js"
    for name, functions in worker.CLOCKED.items():
        source = found[re.sub(r"(?=\w+\.js)", "plain_", name, count=1)].read_text()
        for function in functions:
            assert (
                f"export async function {function}(" in source
                or f"export function {function}(" in source
                or (f"export class {function} " in source)
            )
