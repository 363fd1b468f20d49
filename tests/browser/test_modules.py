"""The modules of the page that do not use the browser, under Node.js."""

import json
import math
import random
import subprocess
from typing import Any

import pytest

from embedder.embedding import prompts
from embedder.names import tasks
from tools import runtime

PAGE = runtime.ROOT / "page"


def js(module: str, expression: str, *arguments: object) -> Any:
    """Evaluate an expression, in which `m` is the module and `a` the arguments."""
    program = f"""import * as m from {json.dumps(str(PAGE / "js" / module))};
        import {{ readFileSync }} from "node:fs";
        const a = JSON.parse(readFileSync(0, "utf8"));
        console.log(JSON.stringify(await (async () => {expression})()));"""
    command = ["node", "--no-warnings", "--input-type=module", "-e", program]
    done = subprocess.run(
        command, input=json.dumps(arguments), env=runtime.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_types_are_correct() -> None:
    command = [str(runtime.NODE_MODULES / ".bin" / "tsc"), "-p", str(runtime.ROOT / "tests" / "browser")]
    done = subprocess.run(command, env=runtime.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_base64_is_read_as_little_endian_float32() -> None:
    assert js("compute/vectors.js", "[...m.rowOf(a[0])]", "AACAPwAAAMAAAAA/") == [1, -2, 0.5]


def test_cosines_do_not_need_unit_length() -> None:
    rows = [[3, 0], [5, 5], [0, 0.1], [0, 0]]
    found = js("compute/vectors.js", "[...await m.cosines(a[0].map((row) => Float32Array.from(row)))]", rows)
    half = math.sqrt(0.5)
    assert found == pytest.approx([1, half, 0, 0, half, 1, half, 0, 0, half, 1, 0, 0, 0, 0, 0], abs=1e-6)


def test_change_compares_pairs_of_different_texts() -> None:
    before, after = [1, 0.9, 0.1, 0.9, 1, 0.2, 0.1, 0.2, 1], [1, 0.5, 0.1, 0.5, 1, 0.6, 0.1, 0.6, 1]
    found = js("compute/vectors.js", "m.change(a[0], a[1], 3)", before, after)
    # the nearest text of the middle one has changed
    assert found == {"mean": pytest.approx(0.8 / 3), "most": pytest.approx(0.4), "kept": pytest.approx(2 / 3)}


def arrange(gram: list[float], size: int) -> list[tuple[float, float]]:
    script = "(({x, y}) => [x, y])(m.arrange(Float32Array.from(a[0]), a[1]))"
    x, y = js("worker/layout.js", script, gram, size)
    return list(zip(x, y, strict=True))


def test_the_map_of_a_few_texts_keeps_the_distances_of_points_in_a_plane() -> None:
    rng = random.Random(1)
    points = [(rng.uniform(-3, 3), rng.uniform(-1, 1)) for _ in range(12)]
    # the plane is tilted in four dimensions and does not contain the origin
    rows = [[0.6 * x + 2, 0.8 * x - 1, 0.8 * y, 0.6 * y + 3] for x, y in points]
    gram = [sum(p * q for p, q in zip(one, other, strict=True)) for one in rows for other in rows]
    placed = arrange(gram, 12)
    scale = math.dist(points[0], points[1]) / math.dist(placed[0], placed[1])
    for i in range(12):
        for j in range(i):
            assert scale * math.dist(placed[i], placed[j]) == pytest.approx(math.dist(points[i], points[j]), abs=1e-3)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_equal_texts_can_be_arranged(size: int) -> None:
    placed = arrange([1] * size**2, size)
    assert all(-0.5 <= value <= 0.5 for spot in placed for value in spot)


def test_ids_are_short_and_unique() -> None:
    texts = [f"text {number}" for number in range(20_000)] + ["", "ä", "🤗" * 500]
    ids = js("service/ids.js", "a[0].map((text) => m.idOf(text, 'n'))", texts)
    assert len(set(ids)) == len(texts)
    assert all(len(name) == 21 and name[5:13] != name[13:] for name in ids)
    assert js("service/ids.js", "m.idOf(a[0], 'n')", texts[7]) == ids[7]
    assert js("service/ids.js", "m.idOf(a[0], 'other')", texts[7]) != ids[7]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (59, "59 s"), (60, "1 min"), (61, "2 min"), (3600, "1 h"), (48_501, "13 h 29 min"), (86_399, "24 h")],
)
def test_durations_have_at_most_two_units(seconds: int, words: str) -> None:
    assert js("service/format.js", "m.duration(a[0])", seconds) == words


def test_the_prompts_are_those_of_the_service() -> None:
    shown = js("calls/tasks.js", "m.TASKS.map((task) => [task.name, task.prompt(a[0])])", "some text")
    assert shown == [[task or "", prompts.apply(task, ["some text"])[0]] for task in (None, *tasks.TASKS)]


def test_the_address_keeps_the_state() -> None:
    state = {"texts": "a & b\n#ü 🤗", "task": "clustering", "dimensions": "256", "query": "x=1"}
    state |= {"threshold": 0.4, "minScore": 0}
    assert js("share/address.js", "m.read('#' + m.fragment(a[0]))", state) == state
    plain = {"texts": "", "task": "", "dimensions": "768", "query": "", "threshold": None, "minScore": None}
    assert js("share/address.js", "m.fragment(a[0])", plain) == ""
    assert js("share/address.js", "m.read('')") == plain
    assert js("share/address.js", "m.read('#threshold=7&min_score=x')") == plain
